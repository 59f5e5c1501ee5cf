internal import Foundation
package import OperatorCommands

/// `nexors bench`: runs benchmarks and prints their figures.
package enum BenchCommand {
    /// All benchmarks, in the order of `--list`.
    package static let benchmarks: [any Benchmark] = [
        WireBenchmark(), CallsBenchmark(), IngestBenchmark(),
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
            .value("programs", "DIR", "where the built programs are (default: beside nexors)"),
        ],
        discussion: """
            Without a name all are run. Build with -c release first. One core is the server's, the other the
            generator's; deploy/bench installs the peers from the distribution and runs everything.

            Example:
              nexors bench wire calls --runs 3
            """
    )

    /// Runs the command.
    ///
    /// - Returns: 0 where every target was reached, 1 where one was missed or a benchmark could not run.
    package static func run(
        _ arguments: ParsedArguments,
        print: @escaping @Sendable (String) -> Void,
        progress: @escaping @Sendable (String) -> Void
    ) async throws -> Int32 {
        if arguments.has("list") {
            for benchmark in benchmarks { print("\(benchmark.name)\t\(benchmark.summary)") }
            return 0
        }
        let chosen = try choose(arguments.positionals)
        let runCount = try arguments.integer("runs", in: 1...101, of: specification) ?? 5
        let scratch = NSTemporaryDirectory() + "nexors-bench-\(getpid())"
        try FileManager.default.createDirectory(
            atPath: scratch,
            withIntermediateDirectories: true
        )
        defer { try? FileManager.default.removeItem(atPath: scratch) }
        let context = BenchmarkContext(
            programs: arguments.text("programs") ?? Self.ownFolder,
            scratch: scratch,
            runCount: runCount,
            progress: progress
        )
        var results: [BenchmarkResult] = []
        var isComplete = true
        for benchmark in chosen {
            do {
                let measured = try await benchmark.run(context)
                if arguments.has("json") { for result in measured { print(result.json) } }
                results += measured
            } catch {
                isComplete = false
                progress("\(benchmark.name): \(error)")
            }
        }
        if !arguments.has("json") {
            print(MachineClass.text)
            print(BenchmarkTable.render(results))
        }
        return isComplete && results.allSatisfy { $0.isPassed != false } ? 0 : 1
    }

    private static func choose(_ names: [String]) throws(UsageError) -> [any Benchmark] {
        guard !names.isEmpty else { return benchmarks }
        var chosen: [any Benchmark] = []
        for name in names {
            guard let benchmark = benchmarks.first(where: { $0.name == name }) else {
                let nearest = NearestWord.of(name, among: benchmarks.map(\.name))
                let hint = nearest.map { "; did you mean \($0)?" } ?? ""
                throw UsageError("there is no benchmark \(name)\(hint)", specification)
            }
            chosen.append(benchmark)
        }
        return chosen
    }

    /// The folder of the running program.
    private static var ownFolder: String {
        URL(fileURLWithPath: CommandLine.arguments.first ?? ".")
            .resolvingSymlinksInPath().deletingLastPathComponent().path
    }
}
