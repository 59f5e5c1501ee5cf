import Foundation
import ProcessHarness
import Reactor
import TestSupport
import Testing

@Suite("Payments killed", .serialized, .timeLimit(.minutes(5)))
struct PaymentsKillTests {
    /// Kills; every second one at a named place, the others at a random moment.
    private static let killCount = 20
    /// Trips that begin before each kill.
    private static let tripCount = 50
    private static let places = [
        "payments.after_commit", "payments.after_provider_reply", "payments.after_record",
    ]

    @Test(
        "20 kills with 50 payments under way each: captured once each, both ledgers equal to the cent",
        arguments: StoreEngine.available
    )
    func kills(engine: StoreEngine) async throws {
        let seed = UInt64.random(in: 1 ... .max)
        var generator = SeededGenerator(seed: seed)
        let bench = try await PaymentsProcessBench(
            database: try engine.makeDatabase(),
            seed: seed,
            settings: ["NEXORS_PAYPAL_TIMEOUT": "2s"]
        )
        await bench.payments.kill()
        for kill in 0..<Self.killCount {
            await bench.double.begin(Self.tripCount, paidBy: bench.method)
            if kill % 2 == 0 {
                let place = Self.places[kill / 2 % Self.places.count]
                let pass = Int.random(in: 1...40, using: &generator)
                try await bench.payments.launch(["NEXORS_FAILPOINT": "\(place):\(pass)"])
                #expect(await bench.payments.exit() == .signal(SIGKILL), "seed \(seed), \(place)")
            } else {
                try await bench.payments.start()
                let wait = Duration.milliseconds(Int.random(in: 0...120, using: &generator))
                _ = await bench.double.loop.spawn { await bench.double.loop.sleep(for: wait) }.value
                await bench.payments.kill()
            }
        }
        try await bench.payments.start()
        let count = Self.killCount * Self.tripCount
        _ = await bench.double.captured.wait(forCount: count)
        try await bench.expectSettled(count, "seed \(seed)")
        #expect(await bench.payments.terminate() == .code(0))
        await bench.stop()
    }

    @Test("SIGTERM with 50 payments under way drains with code 0, and the next start finishes them")
    func drains() async throws {
        let bench = try await PaymentsProcessBench()
        try await bench.standIn.set("{\"slow_milliseconds\": 200}")
        try await bench.standIn.plan("slow", count: 60)
        await bench.double.begin(50, paidBy: bench.method)
        // The first reports show that calls are on their way.
        _ = await bench.double.loop.spawn {
            await bench.double.loop.sleep(for: .milliseconds(300))
        }.value
        #expect(await bench.payments.terminate() == .code(0))
        let calls = await bench.payments.lines
        #expect(calls.contains { $0.contains("\"message\":\"stopped\"") })
        #expect(!calls.contains { $0.contains("left behind") })
        try await bench.payments.start()
        _ = await bench.double.captured.wait(forCount: 50)
        try await bench.expectSettled(50, "after a drain")
        await bench.stop()
    }
}
