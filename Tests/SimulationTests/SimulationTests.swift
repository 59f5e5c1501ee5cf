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

    @Test("README.md names each safeguard with its seed")
    func readme() throws {
        let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Simulation/README.md")
        let text = try String(contentsOf: url, encoding: .utf8)
        for row in SeedTable.broken {
            let line = "| `\(row.mutation.rawValue)` | \(row.seed) | \(row.finding) |"
            #expect(text.contains(line), "\(line)")
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
        #expect(report.violations.first?.hasPrefix("not at rest after 1000 events: ") == true)
    }
}

@Suite("The command")
struct SimulateCommandTests {
    /// The program lies beside the test bundle that runs.
    private static var program: URL {
        URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
            .appendingPathComponent("simulate")
    }

    private static func run(_ arguments: [String]) throws -> (code: Int32, text: String) {
        let process = Process()
        process.executableURL = program
        process.arguments = arguments
        // Each process hashes in its own way: an order of a set that reaches the trace would show.
        var environment = ProcessInfo.processInfo.environment
        environment["SWIFT_DETERMINISTIC_HASHING"] = nil
        process.environment = environment
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        try process.run()
        let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: output, as: UTF8.self))
    }

    @Test("two processes print the same trace, byte for byte", arguments: [7, 12, 25, 28])
    func sameBytes(seed: UInt64) throws {
        let first = try Self.run(["--seed", "\(seed)", "--trace"])
        let second = try Self.run(["--seed", "\(seed)", "--trace"])
        #expect(first.code == 0)
        #expect(first.text.utf8.count > 10_000)
        #expect(first.text == second.text)
    }

    @Test("several runs at once say what they say one by one, in the same order")
    func jobs() throws {
        let one = try Self.run(["--seeds", "1..7", "--json"])
        let three = try Self.run(["--seeds", "1..7", "--json", "--jobs", "3"])
        #expect(one.text == three.text)
        #expect(one.text.split(separator: "\n").count == 8)
    }

    @Test("a failing seed exits with 1 and prints what repeats it, a range also at its end")
    func failing() throws {
        let row = try #require(SeedTable.broken.first)
        let name = row.mutation.rawValue
        let again = "again: simulate --seed \(row.seed) --without \(name) --trace"
        let failed = try Self.run(["--seed", "\(row.seed)", "--without", name])
        #expect(failed.code == 1)
        #expect(failed.text.contains(again))
        let range = try Self.run(["--seeds", "\(row.seed)..\(row.seed)", "--without", name])
        #expect(range.code == 1)
        #expect(range.text.hasSuffix("FAILED: \(row.seed)\n\(again)\n"))
    }

    @Test("one seed cannot hit every fault, and says so where that is asked for")
    func coverage() throws {
        let plain = try Self.run(["--seeds", "1..1"])
        #expect(plain.code == 0)
        #expect(plain.text.contains("faults that happened: "))
        #expect(plain.text.contains("never happened: "))
        let strict = try Self.run(["--seeds", "1..1", "--require-coverage"])
        #expect(strict.code == 1)
    }

    @Test(
        "a wrong argument exits with 2 and prints how it is used",
        arguments: [
            ["--sede", "1"], ["--seeds", "5..1"], ["--seed"], ["--jobs", "0"], ["--steps", "-1"],
            ["--without", "nothing"],
        ]
    )
    func wrong(arguments: [String]) throws {
        let answer = try Self.run(arguments)
        #expect(answer.code == 2)
        #expect(answer.text.contains("usage: simulate"))
    }

    @Test("help names every safeguard and exits with 0")
    func help() throws {
        let answer = try Self.run(["--help"])
        #expect(answer.code == 0)
        for mutation in Mutation.allCases { #expect(answer.text.contains(mutation.rawValue)) }
    }
}
