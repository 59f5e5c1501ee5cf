import Foundation
import HTTP
import HTTPClient
import Model
import OperatorCommands
import ProcessSupport
import Reactor
import TestSupport
import Testing

@Suite("The system with one program away or frozen", .serialized, .timeLimit(.minutes(5)))
struct SystemPeerTests {
    private func size(rides: Int) -> FleetLoad.Size {
        var size = FleetLoad.Size()
        size.rideCount = rides
        return size
    }

    /// Ends a load and checks everything that it did.
    private func conclude(_ system: TestSystem, _ load: FleetLoad, _ context: String) async throws {
        await system.loop.spawn { await load.partner.end() }.value
        try await system.expectAccountsMatch(load, context)
        await system.loop.spawn { await load.dismiss() }.value
        #expect(await system.stop() == [], "\(context)")
        try await system.expectHistoryIsLegal(context)
        await system.close()
    }

    @Test(
        "without payments bookings are taken and stay requested; with it they are driven and paid"
    )
    func withoutPayments() async throws {
        let system = try await TestSystem(on: .sqlite)
        await system[.payments].kill()
        let load = await system.load(size(rides: 20), seed: 1)
        let loop = system.loop
        await loop.submit { load.begin(system.seats) }
        let partner = PartnerClient(system.gateway, key: system.key)
        try await system.wait(for: "20 bookings") { try await partner.allBookings().count == 20 }
        // Longer than an authorisation takes where payments is there.
        await system.pause(.seconds(2))
        let states = Set(try await partner.allBookings().map(\.state))
        #expect(states == ["requested"])
        try await system[.payments].start()
        try await conclude(system, load, "without payments")
    }

    @Test(
        "without dispatch the gateway says 503 and when to come back, and the same key books later"
    )
    func withoutDispatch() async throws {
        let system = try await TestSystem(on: .sqlite, driverCount: 1)
        let (gateway, key) = (system.gateway, system.key)
        let partner = PartnerClient(gateway, key: key)
        var random = SeededGenerator(seed: 1)
        let ride = DemoCity().anyRide(using: &random)
        let quote = try await partner.quote(from: ride.from, to: ride.to)
        await system[.dispatch].kill()
        let quotes = PartnerClient.quoteDocument(from: ride.from, to: ride.to)
        let body = PartnerClient.NewBooking(quote: quote, reference: "one").document
        for (path, document) in [("/v1/quotes", quotes), ("/v1/bookings", body)] {
            let answer = try await gateway.send(
                .post,
                path,
                key: key,
                idempotencyKey: "one",
                body: document
            )
            #expect(answer.status == 503, "\(path)")
            #expect(answer.document["code"]?.text == "unavailable", "\(path)")
            #expect(answer.document["retryable"]?.truth == true, "\(path)")
            #expect((answer.retryAfterSeconds ?? 0) >= 1, "\(path)")
        }
        try await system.wait(for: "the gateway to show it") {
            try await system[.gateway].page("/readyz").contains("\"degraded\"")
        }
        try await system[.dispatch].start()
        try await system.wait(for: "the booking") {
            let answer = try await gateway.send(
                .post,
                "/v1/bookings",
                key: key,
                idempotencyKey: "one",
                body: body
            )
            return answer.status == 201
        }
        #expect(try await partner.allBookings().map(\.reference) == ["one"])
        #expect(await system.stop() == [])
        await system.close()
    }

    @Test(
        "without dispatch ingest keeps its drivers: no phone reconnects, and trips go on afterwards"
    )
    func ingestWithoutDispatch() async throws {
        let system = try await TestSystem(on: .sqlite)
        let load = await system.load(size(rides: 40), seed: 2)
        let loop = system.loop
        await loop.submit { load.begin(system.seats) }
        try await system.wait(for: "all drivers on duty") {
            await loop.submit { load.onDutyCount == load.drivers.count }
        }
        let before = await loop.submit { load.drivers.map { $0.link?.counters.reconnectCount } }
        await system[.dispatch].kill()
        let sent = await loop.submit { load.drivers.map { $0.link?.counters.sentCount ?? 0 } }
        try await system.wait(for: "fixes of every driver") {
            await loop.submit {
                zip(load.drivers, sent).allSatisfy { ($0.link?.counters.sentCount ?? 0) > $1 }
            }
        }
        #expect(await loop.submit { load.onDutyCount == load.drivers.count })
        let page = try await system[.ingest].page("/readyz")
        #expect(page.contains("\"degraded\""), "\(page)")
        try await system[.dispatch].start()
        let completed = await loop.submit { load.drivers.reduce(0) { $0 + $1.completedCount } }
        try await system.wait(for: "trips afterwards") {
            await loop.submit {
                load.drivers.reduce(0) { $0 + $1.completedCount } > completed + 40
            }
        }
        let after = await loop.submit { load.drivers.map { $0.link?.counters.reconnectCount } }
        #expect(after == before)
        try await conclude(system, load, "ingest without dispatch")
    }

    /// Longer than any call between services waits (5 s), so that all of them have to be made again.
    private static let freezeTime = Duration.seconds(6)

    // Broken on purpose: with an outbox that gives up what failed once, bookings stay open. With three seconds that
    // passed, since no call failed.
    @Test(
        "frozen under load for longer than calls wait: all goes on, every sum is equal to the cent",
        arguments: ServiceName.allCases
    )
    func frozen(_ name: ServiceName) async throws {
        let system = try await TestSystem(on: .sqlite)
        let load = await system.load(size(rides: 40), seed: 3)
        let loop = system.loop
        await loop.submit { load.begin(system.seats) }
        try await system.wait(for: "the first trips") {
            await loop.submit { load.drivers.contains { $0.completedCount > 0 } }
        }
        await system[name].freeze()
        await system.pause(Self.freezeTime)
        await system[name].thaw()
        let before = await loop.submit { load.partner.wishes.count }
        try await system.wait(for: "trips that were booked afterwards") {
            await loop.submit { load.partner.wishes.count > before + 40 }
        }
        try await conclude(system, load, "\(name.text) frozen")
    }

    // Broken on purpose, it fails where the one that was replaced goes on (it does not end), and where a dispatcher
    // neither renews its lease nor is fenced. A lease taken at once, or the fence alone left out, did not let it end
    // within three minutes: `MarketLeaseTests`, `FenceTests` and the simulator notice these at once.
    @Test(
        "of two dispatchers on one database one acts: it is frozen, the other takes over, the first ends",
        .enabled("needs postgresql") { try StoreEngine.postgresPrerequisite.isMet() }
    )
    func twoDispatchers() async throws {
        let system = try await TestSystem(
            on: .postgres,
            settings: [.dispatch: ["NEXORS_LEASE_TIME": "2s"]],
            hasStandby: true
        )
        let standby = try #require(system.standby)
        let second = try await standby.launch()
        _ = try await second.line(with: "standing by")
        let load = await system.load(size(rides: 40), seed: 4)
        let loop = system.loop
        await loop.submit { load.begin(system.seats) }
        try await system.wait(for: "the first trips") {
            await loop.submit { load.drivers.contains { $0.completedCount > 0 } }
        }
        #expect(!(await standby.lines.contains { $0.contains("\"message\":\"serving\"") }))
        await system[.dispatch].freeze()
        _ = try await second.line(with: "\"message\":\"serving\"")
        await system[.dispatch].thaw()
        // It ends by itself, as a fault: what it still wanted was refused.
        try await system.wait(for: "the end of the one that was replaced") {
            await system[.dispatch].hasEnded
        }
        #expect(await system[.dispatch].exit() == .code(1))
        #expect(await system[.dispatch].lines.contains { $0.contains("taken the markets over") })
        let before = await loop.submit { load.partner.wishes.count }
        try await system.wait(for: "trips that were booked afterwards") {
            await loop.submit { load.partner.wishes.count > before + 40 }
        }
        await loop.spawn { await load.partner.end() }.value
        try await system.expectAccountsMatch(load, "two dispatchers")
        await loop.spawn { await load.dismiss() }.value
        #expect(await standby.terminate() == .code(0))
        _ = await system.stop()
        try await system.expectHistoryIsLegal("two dispatchers")
        await system.close()
    }
}
