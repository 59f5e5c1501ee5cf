import DispatchServer
import Messages
import Model
import TestSupport
import Testing
import Timekeeping
import WireFormat

@Suite("Who was heard of when")
struct DriverSightTests {
    private static let start = Instant(nanoseconds: 1_000_000_000)
    private static let limit = Duration.seconds(90)
    private let driver = DriverReference(3)

    private func after(_ seconds: Int64, less: Duration = .zero) -> Instant {
        Self.start.advanced(by: .seconds(seconds) - less)
    }

    private func isSilent(_ sight: DriverSight, at now: Instant) -> Bool {
        sight.isSilent(driver, for: Self.limit, at: now)
    }

    @Test("silence counts from the last fix, and at the limit it is too long")
    func limit() {
        var sight = DriverSight()
        sight.complete(at: Self.start)
        sight.hear(driver, at: after(10), referenceMax: 3)
        #expect(!isSilent(sight, at: after(100, less: .nanoseconds(1))))
        #expect(isSilent(sight, at: after(100)))
        sight.hear(driver, at: after(100), referenceMax: 3)
        #expect(!isSilent(sight, at: after(110)))
    }

    @Test("nobody is silent before the stream's snapshot is complete, nor after it broke")
    func incomplete() {
        var sight = DriverSight()
        sight.hear(driver, at: Self.start, referenceMax: 3)
        #expect(!isSilent(sight, at: after(1000)))
        sight.complete(at: after(1000))
        #expect(!isSilent(sight, at: after(1089)))
        #expect(isSilent(sight, at: after(1090)))
        sight.interrupt()
        #expect(!isSilent(sight, at: after(2000)))
        sight.complete(at: after(2000))
        sight.complete(at: after(2050))
        #expect(!isSilent(sight, at: after(2089)))
        #expect(isSilent(sight, at: after(2090)))
    }

    @Test("heard is who sent a fix behind the snapshot, until the limit")
    func heard() {
        func isHeard(_ sight: DriverSight, at now: Instant) -> Bool {
            sight.isHeard(driver, within: Self.limit, at: now)
        }
        var sight = DriverSight()
        #expect(!isHeard(sight, at: Self.start))
        sight.hear(driver, at: Self.start, referenceMax: 3)
        sight.complete(at: Self.start)
        #expect(!isHeard(sight, at: after(1)), "a position of the snapshot may be old")
        sight.hear(driver, at: after(10), referenceMax: 3)
        #expect(isHeard(sight, at: after(100, less: .nanoseconds(1))))
        #expect(!isHeard(sight, at: after(100)))
        #expect(!sight.isHeard(DriverReference(9), within: Self.limit, at: after(10)))
        sight.interrupt()
        #expect(!isHeard(sight, at: after(11)))
    }

    @Test(
        "who was never heard counts from the snapshot on, and references that nobody gave take no memory"
    )
    func unheard() {
        var sight = DriverSight()
        sight.complete(at: Self.start)
        sight.hear(DriverReference(.max), at: after(80), referenceMax: 3)
        sight.hear(DriverReference(4), at: after(80), referenceMax: 3)
        #expect(!isSilent(sight, at: after(89)))
        #expect(isSilent(sight, at: after(90)))
        #expect(sight.isSilent(DriverReference(.max), for: Self.limit, at: after(90)))
    }
}

@Suite("Drivers whose phones fall silent", .timeLimit(.minutes(1)))
struct SilentDriverTests {
    private static let settings = ["NEXORS_DRIVER_LOST_TIME": "10s"]

    /// A booking that its driver is on the way to.
    private func assigned(
        _ rig: DispatchRig,
        driving steps: [TripProgressCode] = []
    ) async throws -> (BookingID, SetShiftReply, Followed<BookingUpdate>) {
        let (driver, shift) = try await rig.provision()
        let request = rig.bookingRequest()
        _ = try await rig.book(request)
        try await rig.report(.authorised, of: request.booking)
        let offers = try await rig.followOffers(of: driver, shift)
        let offer = try #require(await offers.messages.wait(forCount: 1).first)
        let answer = try await rig.accept(offer)
        #expect(answer.outcome == .assigned)
        try await rig.drive(answer, by: driver, steps)
        return (request.booking, shift, try await rig.followTenant())
    }

    private func state(of booking: BookingID, _ rig: DispatchRig) async throws -> BookingState? {
        try await rig.call(
            DispatchMethods.getBooking,
            GetBookingRequest.with { $0.booking = booking },
            as: .gateway,
            token: rig.partnerToken()
        ).state.known
    }

    private func advance(_ rig: DispatchRig, seconds: Int) async throws {
        for _ in 0..<seconds { await rig.advance(by: .seconds(1)) }
    }

    @Test(
        "a driver on the way whose phone is silent for the limit loses the trip, which looks for another"
    )
    func lost() async throws {
        let rig = try await DispatchRig(settings: Self.settings)
        let (booking, shift, feed) = try await assigned(rig)
        try await advance(rig, seconds: 8)
        #expect(try await state(of: booking, rig) == .assigned)
        await rig.tell(shift.driverReference, at: EngineRig.destination)
        try await rig.until {
            try await rig.call(DispatchMethods.status, StatusRequest(), as: .gateway).fixesTotal
                == 2
        }
        try await advance(rig, seconds: 8)
        #expect(try await state(of: booking, rig) == .assigned)
        try await advance(rig, seconds: 3)
        let told = await feed.messages.wait { $0.contains { $0.step == WireEnum(.driverLost) } }
        #expect(told.last?.state == WireEnum(.confirmed))
        #expect(told.last?.reason == WireEnum(.driverLost))
        let status = try await rig.call(DispatchMethods.status, StatusRequest(), as: .gateway)
        #expect(status.driversFree == 0, "where he is is not known any more")
        try await rig.stop()
    }

    @Test("with the passenger on board the trip is at risk, until the driver is heard of again")
    func atRisk() async throws {
        let rig = try await DispatchRig(settings: Self.settings)
        let (booking, shift, feed) = try await assigned(
            rig,
            driving: [.enRoute, .arrived, .started]
        )
        try await advance(rig, seconds: 12)
        let told = await feed.messages.wait { $0.contains { $0.step == WireEnum(.contactLost) } }
        let lost = try #require(told.last(where: { $0.kind == .step }))
        #expect(lost.state == WireEnum(.onTrip))
        #expect(lost.reason == WireEnum(.outOfReach))
        // A restart keeps the mark, and ingest's snapshot with his old position does not take it off.
        try await rig.restart()
        try await advance(rig, seconds: 12)
        let kept = try await rig.call(
            DispatchMethods.getBooking,
            GetBookingRequest.with { $0.booking = booking },
            as: .gateway,
            token: rig.partnerToken()
        )
        #expect(kept.state == WireEnum(.onTrip))
        #expect(kept.reason == WireEnum(.outOfReach))
        #expect(kept.sequence == lost.sequence, "it is said once")
        await rig.tell(shift.driverReference, at: EngineRig.destination)
        let again = try await rig.followTenant()
        try await rig.until {
            await rig.advance(by: .seconds(1))
            return again.messages.elements.contains { $0.step == WireEnum(.contactRegained) }
        }
        let last = again.messages.elements.last(where: { $0.kind == .step })
        #expect(last?.reason == .unspecified)
        try await rig.stop()
    }

    @Test("while ingest's stream is down nobody is lost")
    func withoutIngest() async throws {
        let rig = try await DispatchRig(settings: Self.settings)
        let (booking, _, _) = try await assigned(rig)
        await rig.endFixes()
        try await advance(rig, seconds: 30)
        #expect(try await state(of: booking, rig) == .assigned)
        try await rig.stop()
    }

    @Test("a tenant's figures count the fixes of his own drivers")
    func figures() async throws {
        let rig = try await DispatchRig()
        _ = try await rig.provision()
        _ = try await rig.provision(tenant: TenantID(8))
        let own = try await rig.call(DispatchMethods.status, StatusRequest(), as: .gateway)
        #expect(own.fixesTotal == 1)
        let all = try await rig.call(
            DispatchMethods.status,
            StatusRequest(),
            as: .gateway,
            tenant: .none
        )
        #expect(all.fixesTotal == 2)
        try await rig.stop()
    }
}
