/// What `wrk` measured in one run.
struct WrkRun: Sendable {
    /// Answers per second.
    let requestsPerSecond: Double
    /// How much of its core `wrk` used, 0 ... 1 and a little more.
    let generatorCores: Double

    /// Loads `url` from one thread with `connectionCount` connections.
    ///
    /// - Throws: Where it is not installed, cannot connect, or an answer was not a success.
    static func measure(
        _ url: String,
        headers: [String] = [],
        connectionCount: Int,
        seconds: Int
    ) throws -> WrkRun {
        let run = try Generator.measure(
            "wrk",
            ["-t1", "-c\(connectionCount)", "-d\(seconds)s"] + headers.flatMap { ["-H", $0] } + [
                url
            ]
        )
        guard let rate = rate(in: run.output) else {
            throw BenchmarkError("wrk got answers that are no success, or none: \(run.output)")
        }
        return WrkRun(
            requestsPerSecond: rate,
            generatorCores: run.cpuSeconds / Double(max(1, seconds))
        )
    }

    /// The rate that wrk's report tells; `nil` where it tells of failures, or tells none.
    static func rate(in report: String) -> Double? {
        var rate: Double?
        for line in report.split(separator: "\n") {
            let words = line.split(separator: " ")
            switch words.first {
            case "Non-2xx", "Socket": return nil
            case "Requests/sec:": rate = words.dropFirst().first.flatMap { Double($0) }
            default: break
            }
        }
        return rate
    }
}
