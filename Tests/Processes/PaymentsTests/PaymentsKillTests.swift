import Foundation
import ProcessSupport
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
        let rig = try await PaymentsProcessRig(
            database: try engine.makeDatabase(),
            seed: seed,
            settings: ["NEXORS_PAYPAL_TIMEOUT": "2s"]
        )
        await rig.payments.kill()
        for kill in 0..<Self.killCount {
            await rig.double.begin(Self.tripCount, paidBy: rig.method)
            if kill % 2 == 0 {
                let place = Self.places[kill / 2 % Self.places.count]
                let pass = Int.random(in: 1...40, using: &generator)
                try await rig.payments.launch(["NEXORS_FAILPOINT": "\(place):\(pass)"])
                #expect(await rig.payments.exit() == .signal(SIGKILL), "seed \(seed), \(place)")
            } else {
                try await rig.payments.start()
                let wait = Duration.milliseconds(Int.random(in: 0...120, using: &generator))
                _ = await rig.double.loop.spawn { await rig.double.loop.sleep(for: wait) }.value
                await rig.payments.kill()
            }
        }
        try await rig.payments.start()
        let count = Self.killCount * Self.tripCount
        _ = await rig.double.captured.wait(forCount: count)
        try await rig.expectSettled(count, "seed \(seed)")
        #expect(await rig.payments.terminate() == .code(0))
        await rig.stop()
    }

    @Test("SIGTERM with 50 payments under way drains with code 0, and the next start finishes them")
    func drains() async throws {
        let rig = try await PaymentsProcessRig()
        try await rig.standIn.set("{\"slow_milliseconds\": 200}")
        try await rig.standIn.plan("slow", count: 60)
        await rig.double.begin(50, paidBy: rig.method)
        // The first reports show that calls are on their way.
        _ = await rig.double.loop.spawn {
            await rig.double.loop.sleep(for: .milliseconds(300))
        }.value
        #expect(await rig.payments.terminate() == .code(0))
        let calls = await rig.payments.lines
        #expect(calls.contains { $0.contains("\"message\":\"stopped\"") })
        #expect(!calls.contains { $0.contains("left behind") })
        try await rig.payments.start()
        _ = await rig.double.captured.wait(forCount: 50)
        try await rig.expectSettled(50, "after a drain")
        await rig.stop()
    }
}
