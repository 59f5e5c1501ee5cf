import Foundation
import SimulationWorld
import Testing

@Suite("The whole system under a seed")
struct SimulationTests {
    @Test("seeds that once found something, and others, find nothing", arguments: SeedTable.fixed)
    func fixedSeeds(seed: UInt64) {
        let report = Simulation(seed: seed).run()
        #expect(report.violations == [], "\(report.replayCommand)")
        #expect(report.bookings.reduce(0) { $0 + $1.count } > 0)
    }

    @Test("without a safeguard a named seed fails, and with it passes", arguments: SeedTable.broken)
    func safeguards(row: SeedTable.Broken) {
        let broken = Simulation(seed: row.seed, mutation: row.mutation)
            .run(stepCountMax: SeedTable.brokenStepCountMax)
        #expect(
            broken.violations.contains { $0.contains(row.finding) },
            "\(broken.replayCommand): \(broken.violations)"
        )
        #expect(broken.text.contains(broken.replayCommand))
        let whole = Simulation(seed: row.seed).run()
        #expect(whole.violations == [], "\(whole.replayCommand)")
    }

    @Test("every safeguard has a seed that shows what it is for")
    func complete() {
        for mutation in Mutation.allCases {
            #expect(SeedTable.broken.contains { $0.mutation == mutation }, "\(mutation)")
        }
    }

    @Test("a seed says the same twice, line by line")
    func twice() {
        var traces: [[String]] = [[], []]
        var digests: [String] = []
        for index in 0..<2 {
            let report = Simulation(seed: 18) { traces[index].append($0) }.run()
            digests.append(report.digest)
        }
        #expect(traces[0].count > 100)
        #expect(traces[0] == traces[1])
        #expect(digests[0] == digests[1])
    }

    @Test("two seeds do not say the same")
    func different() {
        #expect(Simulation(seed: 1).run().digest != Simulation(seed: 2).run().digest)
    }

    @Test("a run that gets too few steps fails and says so")
    func steps() {
        let report = Simulation(seed: 1).run(stepCountMax: 1000)
        #expect(report.violations.first == "not at rest after 1000 events")
    }
}

@Suite("The command")
struct SimulateCommandTests {
    /// The program lies beside the test bundle that runs.
    private static var program: URL {
        URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
            .appendingPathComponent("simulate")
    }

    private static func run(_ arguments: [String]) throws -> (code: Int32, output: Data) {
        let process = Process()
        process.executableURL = program
        process.arguments = arguments
        // Each process hashes in its own way: an order of a set that reaches the trace would show.
        var environment = ProcessInfo.processInfo.environment
        environment["SWIFT_DETERMINISTIC_HASHING"] = nil
        process.environment = environment
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (process.terminationStatus, output)
    }

    @Test("two processes print the same trace, byte for byte")
    func sameBytes() throws {
        let first = try Self.run(["--seed", "35", "--verbose"])
        let second = try Self.run(["--seed", "35", "--verbose"])
        #expect(first.code == 0)
        #expect(first.output.count > 10_000)
        #expect(first.output == second.output)
    }

    @Test("a failing seed exits with 1 and prints what repeats it; a wrong argument exits with 2")
    func exitCodes() throws {
        let row = try #require(SeedTable.broken.first)
        let name = row.mutation.rawValue
        let failed = try Self.run(["--seed", "\(row.seed)", "--without", name])
        #expect(failed.code == 1)
        let text = String(decoding: failed.output, as: UTF8.self)
        #expect(text.contains("again: simulate --seed \(row.seed) --without \(name) --verbose"))
        #expect(try Self.run(["--sede", "1"]).code == 2)
        #expect(try Self.run(["--seeds", "5..1"]).code == 2)
    }
}
