import HTTP
import SimulationWorld

/// What many runs add up to.
struct SimulateTotals {
    /// Failing seeds that are listed.
    private static let listedCountMax = 20

    private(set) var failedSeeds: [UInt64] = []
    private(set) var runCount = 0
    private var firstReplay: String?
    private var counts = Counts()
    private var eventCount = 0
    private var milliseconds: Int64 = 0
    private var bookings: [String: Int] = [:]
    private var wishes: [String: Int] = [:]
    private var coverage = Coverage()
    private var faults: [FaultPlan.Kind: Int] = [:]

    mutating func add(_ report: SimulationReport) {
        runCount += 1
        if !report.isPassed {
            failedSeeds.append(report.seed)
            firstReplay = firstReplay ?? report.replayCommand
        }
        counts.add(report.counts)
        eventCount += report.eventCount
        milliseconds += report.milliseconds
        for (state, count) in report.bookings { bookings[state, default: 0] += count }
        for (outcome, count) in report.wishes { wishes[outcome, default: 0] += count }
        coverage.add(report.coverage)
        for fault in report.faults { faults[fault, default: 0] += 1 }
    }

    /// Faults that never happened.
    var missing: [String] { coverage.missing }

    var text: String {
        var lines = [
            "\(runCount) seeds, \(failedSeeds.count) failed",
            "simulated \(milliseconds / 1000) s, \(eventCount) events, \(counts.messages) messages, "
                + "\(counts.commits) commits, \(counts.crashes) crashes, \(counts.fixes) fixes, "
                + "\(counts.offers) offers, \(counts.answersAsked) answers asked for again",
            "bookings: "
                + Self.list(bookings.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }),
            "wishes: " + Self.list(wishes.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }),
            "seeds with: "
                + Self.list(FaultPlan.Kind.allCases.map { ($0.rawValue, faults[$0] ?? 0) }),
            coverageText,
        ]
        if let firstReplay {
            let listed = failedSeeds.prefix(Self.listedCountMax).map { String($0) }
            let more = failedSeeds.count - listed.count
            lines.append(
                "FAILED: \(listed.joined(separator: " "))\(more > 0 ? " and \(more) more" : "")"
            )
            lines.append("again: \(firstReplay)")
        }
        return lines.joined(separator: "\n")
    }

    /// Which faults really happened.
    var coverageText: String {
        let hit = coverage.all.filter { $0.count > 0 }.map { ($0.name, $0.count) }
        return "faults that happened: \(Self.list(hit))\nnever happened: "
            + (missing.isEmpty ? "none" : missing.joined(separator: ", "))
    }

    /// For programs: one JSON object on one line.
    var json: String {
        var json = JSONWriter()
        json.beginObject()
        json.member("summary", true)
        json.member("seeds", Int64(runCount))
        json.key("failed")
        json.beginArray()
        for seed in failedSeeds { json.string(String(seed)) }
        json.endArray()
        json.member("simulated_milliseconds", milliseconds)
        json.member("events", Int64(eventCount))
        json.member("crashes", Int64(counts.crashes))
        json.key("hits")
        json.beginObject()
        for (name, count) in coverage.all {
            json.key(text: name)
            json.integer(Int64(count))
        }
        json.endObject()
        json.key("never_hit")
        json.beginArray()
        for name in missing { json.string(name) }
        json.endArray()
        json.endObject()
        return String(decoding: json.finish(), as: UTF8.self)
    }

    private static func list(_ items: [(String, Int)]) -> String {
        items.map { "\($0.1) \($0.0)" }.joined(separator: ", ")
    }
}
