package import OperatorCommands

/// One benchmark: what it is called, what it is about, and how it is run.
package protocol Benchmark: Sendable {
    /// The name that `nexors bench` takes.
    var name: String { get }
    /// One line for `nexors bench --list`.
    var summary: String { get }
    /// Measures; prints nothing but through `context`.
    ///
    /// - Throws: `BenchmarkError` where a peer or a program is missing, with what to install or build.
    func run(_ context: BenchmarkContext) async throws -> [BenchmarkResult]
}

/// What a benchmark is given.
package struct BenchmarkContext: Sendable {
    /// The folder of the built release programs.
    package let programs: String
    /// A folder that is the run's own and is removed after it.
    package let scratch: String
    /// How often each figure is measured; the median counts.
    package let runCount: Int
    /// The terminal, the clocks and an event loop: what the operator's other commands work with too.
    package let session: OperatorContext

    /// A context of the folders `programs` and `scratch`; each figure is measured `runCount` times, 1 or more.
    package init(
        programs: String,
        scratch: String,
        runCount: Int,
        session: OperatorContext
    ) {
        self.programs = programs
        self.scratch = scratch
        self.runCount = runCount
        self.session = session
    }

    /// Says what is going on, on standard error.
    package func progress(_ line: String) {
        session.console.note(line)
    }

    /// The median of `runCount` measurements, the middle two averaged.
    package func median(
        _ measure: () async throws -> Double
    ) async throws -> Double {
        var values: [Double] = []
        for _ in 0..<runCount { values.append(try await measure()) }
        return Self.median(of: values)
    }

    /// The middle value; of an even count the mean of the middle two; 0 of none.
    package static func median(of values: [Double]) -> Double {
        guard !values.isEmpty else { return 0 }
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }
}

/// Why a benchmark could not run.
package struct BenchmarkError: Error, Sendable, CustomStringConvertible {
    /// What is missing and what to do about it.
    package let message: String

    /// An error that says what is missing, and what to do.
    package init(_ message: String) {
        self.message = message
    }

    package var description: String { message }
}
