internal import Configuration
internal import Foundation
package import OperatorCommands
internal import ServiceRuntime

/// `nexors bench`: runs benchmarks and prints their figures.
package enum BenchCommand {
    /// All benchmarks, in the order of `--list`.
    package static let benchmarks: [any Benchmark] = [
        WireBenchmark(), CallsBenchmark(), IngestBenchmark(), HTTPBenchmark(),
        StoreBenchmark(), BookingBenchmark(),
    ]

    /// What the command takes.
    package static let specification = CommandSpecification(
        "bench",
        "Measures this build beside its peers.",
        positionals: ["NAME"],
        repeatsLast: true,
        options: [
            .flag("list", "name the benchmarks and what they measure"),
            .flag("json", "print one object a line instead of a table"),
            .value("runs", "N", default: "5", "measurements of each figure; the median counts"),
            .value(
                "scratch",
                "DIR",
                "where stores and logs are made, on a disk (default: the temporary folder)"
            ),
            .value("programs", "DIR", "the folder of the built programs (default: this program's)"),
        ],
        discussion: """
            Without a name all are run. Build with -c release first. One core is the server's, the other the
            generator's; deploy/bench installs the peers from the distribution and runs everything.
            """,
        examples: ["nexors bench wire calls --runs 3"]
    )

    /// Runs the command.
    ///
    /// - Returns: `.failed` where a target was missed or a benchmark could not run.
    package static func run(
        _ arguments: ParsedArguments,
        _ session: OperatorContext
    ) async throws -> OperatorExit {
        let console = session.console
        if arguments.has("list") {
            for benchmark in benchmarks { console.say("\(benchmark.name)\t\(benchmark.summary)") }
            return .ok
        }
        let chosen = try choose(arguments.positionals)
        let runCount = try arguments.integer("runs", in: 1...101, of: specification) ?? 5
        let folder = arguments.text("scratch") ?? NSTemporaryDirectory()
        let scratch = "\(folder)/nexors-bench-\(getpid())"
        try FileManager.default.createDirectory(
            atPath: scratch,
            withIntermediateDirectories: true
        )
        defer { try? FileManager.default.removeItem(atPath: scratch) }
        // Two thousand phones are as many connections.
        DescriptorLimit.raise()
        let context = BenchmarkContext(
            programs: arguments.text("programs") ?? ProgramsFolder.own,
            scratch: scratch,
            runCount: runCount,
            session: session
        )
        // Before the first run: afterwards the load is what the benchmarks themselves have made.
        let machine = MachineClass.text
        var results: [BenchmarkResult] = []
        var isComplete = true
        for benchmark in chosen {
            do {
                let measured = try await benchmark.run(context)
                if arguments.has("json") { for result in measured { console.say(result.json) } }
                results += measured
            } catch {
                isComplete = false
                console.note("\(benchmark.name): \((error as? OperatorError)?.text ?? "\(error)")")
            }
        }
        if !arguments.has("json"), !results.isEmpty {
            console.say(machine)
            console.say(BenchmarkTable.render(results))
        }
        return isComplete && results.allSatisfy { $0.isPassed != false } ? .ok : .failed
    }

    private static func choose(_ names: [String]) throws(UsageError) -> [any Benchmark] {
        guard !names.isEmpty else { return benchmarks }
        var chosen: [any Benchmark] = []
        for name in names {
            guard let benchmark = benchmarks.first(where: { $0.name == name }) else {
                let nearest = NearestWord.of(name, among: benchmarks.map(\.name))
                let known = benchmarks.map(\.name).joined(separator: ", ")
                let hint = nearest.map { "did you mean \($0)?" } ?? "there are \(known)"
                throw UsageError("there is no benchmark \(name); \(hint)", specification)
            }
            chosen.append(benchmark)
        }
        return chosen
    }
}
