import Foundation
import Model
import OperatorCommands
import ProcessSupport
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

    /// Where it dies: between a commit, its own or its peer's, and what it says of it.
    var places: [String] {
        switch service {
        case .gateway:
            [
                "gateway.after_idempotency_stored", "gateway.before_answer_stored",
                "gateway.after_answer_stored",
            ]
        case .dispatch:
            ["dispatch.after_commit", "dispatch.before_reply", "dispatch.before_offer"]
        case .ingest:
            [
                "ingest.after_trail_stored", "ingest.after_call_answered",
                "ingest.after_zones_stored",
            ]
        case .payments:
            [
                "payments.after_commit", "payments.after_provider_reply",
                "payments.after_record",
            ]
        case .billing:
            ["billing.after_usage_stored", "billing.after_plan_stored"]
        }
    }

    /// Places that only a change of the fleet's document comes by.
    static let provisioningPlaces: Set = ["ingest.after_zones_stored", "billing.after_plan_stored"]
}

@Suite("The system with one program killed", .serialized, .timeLimit(.minutes(10)))
struct SystemKillTests {
    /// Kills at named places.
    private static let killCount = 20
    /// Kills at random moments, behind those: what no place was thought of for.
    private static let momentCount = 5
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
        for kill in 0..<Self.killCount + Self.momentCount {
            if kill < Self.killCount {
                let place = one.places[kill % one.places.count]
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
        try await system.wait(for: "every fix of a trip settled (\(context))") {
            await loop.submit { load.drivers.allSatisfy { $0.unsettledTripFixCount == 0 } }
        }
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
        let isProvisioning = KillCase.provisioningPlaces.contains(place)
        try await victim.launch(["NEXORS_FAILPOINT": "\(place):\(isProvisioning ? 1 : pass)"])
        async let change: Void = isProvisioning ? system.changeFleet(kill) : ()
        try await system.wait(for: "\(place) passed \(pass) times") { await victim.hasEnded }
        #expect(await victim.exit() == .signal(SIGKILL), "\(place)")
        if isProvisioning { try await victim.start() }
        // The gateway sends the change again; its wish is met once the service has answered.
        try await change
    }
}
