import Foundation
import Model
import OperatorCommands
import ProcessHarness
import Reactor
import TestSupport
import Testing

/// Which program is killed, and on which engine all five keep their stores.
struct KillCase: Sendable, CustomTestStringConvertible {
    let service: ServiceName
    let engine: StoreEngine

    /// Each program on each engine; `NEXORS_KILL_CASE` narrows them to those whose description begins so.
    static var all: [KillCase] {
        let wanted = ProcessInfo.processInfo.environment["NEXORS_KILL_CASE"] ?? ""
        return StoreEngine.available.flatMap { engine in
            ServiceName.allCases.map { KillCase(service: $0, engine: engine) }
        }.filter { wanted.isEmpty || $0.testDescription.hasPrefix(wanted) }
    }

    var testDescription: String { "\(service.text) on \(engine.rawValue)" }

    /// Where it dies: between what it stored and what it said of it.
    var places: [String] {
        switch service {
        case .gateway:
            [
                "gateway.after_idempotency_stored", "gateway.before_answer_stored",
                "gateway.after_answer_stored",
            ]
        case .dispatch:
            ["dispatch.before_store", "dispatch.after_commit", "dispatch.before_reply"]
        case .ingest:
            ["ingest.after_trail_stored", "ingest.after_zones_stored"]
        case .payments:
            [
                "payments.before_provider_call", "payments.after_provider_reply",
                "payments.after_record",
            ]
        case .billing:
            ["billing.after_commit"]
        }
    }
}

@Suite("The system with one program killed", .serialized, .timeLimit(.minutes(10)))
struct SystemKillTests {
    private static let killCount = 20
    /// Trips that are on their way at every kill, at least.
    private static let inFlightMin = 50

    @Test(
        "20 kills under 50 trips: every booking once, one driver each, every sum equal to the cent",
        arguments: KillCase.all
    )
    func kills(_ one: KillCase) async throws {
        let seed = UInt64.random(in: 1 ... .max)
        var random = SeededGenerator(seed: seed)
        let context = "\(one.testDescription), seed \(seed)"
        let system = try await TestSystem(on: one.engine)
        var size = FleetLoad.Size()
        // While the gateway is away nobody books and drivers go on: more have to wait for a driver before.
        if one.service == .gateway { size.rideCount += 80 }
        let (wanted, loop) = (size, system.loop)
        let load = await system.load(wanted, seed: seed)
        await loop.submit { load.begin(system.seats) }
        try await system.wait(for: "enough trips on their way") {
            await loop.submit {
                load.onDutyCount > 0 && load.partner.inFlightCount >= wanted.rideCount
            }
        }
        let victim = system[one.service]
        for kill in 0..<Self.killCount {
            let place = kill % 2 == 0 ? one.places[kill / 2 % one.places.count] : nil
            if let place {
                let pass = Int.random(in: 1...15, using: &random)
                try await die(at: place, pass: pass, kill: kill, victim, system)
            } else {
                try await victim.start()
                let wait = Int.random(in: 0...400, using: &random)
                await system.pause(.milliseconds(wait))
                await victim.kill()
            }
            let inFlight = await loop.submit { load.partner.inFlightCount }
            #expect(inFlight >= Self.inFlightMin, "\(context), kill \(kill)")
        }
        await victim.kill()
        try await victim.start()
        await loop.spawn { await load.partner.end() }.value
        try await system.expectAccountsMatch(load, context)
        await loop.spawn { await load.dismiss() }.value
        #expect(await system.stop() == [], "\(context)")
        try await system.expectHistoryIsLegal(context)
        try await system.expectTrailsAreKept(load, context)
        await system.close()
    }

    /// Starts the program so that it dies when it passes `place` for the `pass`-th time, and returns once it has.
    private func die(
        at place: String,
        pass: Int,
        kill: Int,
        _ victim: ServiceProcess,
        _ system: TestSystem
    ) async throws {
        await victim.kill()
        let isZones = place == "ingest.after_zones_stored"
        try await victim.launch(["NEXORS_FAILPOINT": "\(place):\(isZones ? 1 : pass)"])
        async let drawing: Void = isZones ? system.redrawZones(kill) : ()
        try await system.wait(for: "\(place) passed \(pass) times") { await victim.hasEnded }
        #expect(await victim.exit() == .signal(SIGKILL), "\(place)")
        if isZones { try await victim.start() }
        // The gateway sends the zones again; its wish is met once ingest has answered.
        try await drawing
    }
}
