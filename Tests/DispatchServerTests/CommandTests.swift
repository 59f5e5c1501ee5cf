import Delivery
import DispatchServer
import Messages
import Model
import Money
import Storage
import TestSupport
import Testing
import Timekeeping
import WireFormat

@Suite("Commands of dispatch, each once")
struct CommandTests {
    private func code(_ reply: CommandReply) -> StatusCode { StatusCode(wire: reply.code) }

    @Test("the same call under way twice is one effect and one reply for both callers")
    func joined() throws {
        let rig = try EngineRig()
        try rig.provision()
        let request = rig.booking()
        let command = try rig.command(DispatchMethods.createBooking, request)
        let first = rig.begin(command)
        let second = rig.begin(command)
        #expect(second.outputs.isEmpty)
        try rig.perform(first.outputs)
        let reply = try #require(rig.replies[first.ticket])
        #expect(reply.isOK)
        #expect(rig.replies[second.ticket] == reply)
        #expect(try rig.send(command) == reply)
        #expect(rig.updates.count == 1)
        #expect(try rig.deliver().count == 1)
    }

    @Test("another call under a key in use is refused, under way and afterwards")
    func keyReused() throws {
        let rig = try EngineRig()
        try rig.provision()
        let key = rig.id(IdempotencyKey.self)
        let command = try rig.command(DispatchMethods.createBooking, rig.booking(), key: key)
        let other = try rig.command(DispatchMethods.createBooking, rig.booking(), key: key)
        let first = rig.begin(command)
        let second = rig.begin(other)
        try rig.perform(first.outputs)
        try rig.perform(second.outputs)
        #expect(rig.replies[second.ticket] == .keyReused)
        #expect(try rig.send(other) == .keyReused)
        #expect(rig.engine.openBookingCount == 1)
    }

    @Test("keys of two tenants are two keys")
    func keysByTenant() throws {
        let rig = try EngineRig()
        let other = TenantID(8)
        try rig.provision()
        try rig.provision(tenant: other)
        let key = rig.id(IdempotencyKey.self)
        let request = rig.booking()
        let mine = try rig.command(DispatchMethods.createBooking, request, key: key)
        let theirs = try rig.command(
            DispatchMethods.createBooking,
            request,
            key: key,
            tenant: other
        )
        #expect(try rig.send(mine).isOK)
        #expect(try rig.send(theirs).isOK)
        #expect(rig.engine.openBookingCount == 2)
    }

    @Test("the same booking under another key is acknowledged, with other content refused")
    func sameBooking() throws {
        let rig = try EngineRig()
        try rig.provision()
        let request = rig.booking()
        try rig.send(DispatchMethods.createBooking, request)
        rig.time.advance(by: .seconds(30))
        let again = try rig.send(DispatchMethods.createBooking, request)
        #expect(again.isOK)
        #expect(try BookingSnapshot(decoding: again.body).sequence == 1)
        var other = request
        other.priceMinorUnits += 1
        let refused = try rig.send(DispatchMethods.createBooking, other)
        #expect(code(refused) == .alreadyExists)
        #expect(refused.subCode == DispatchSubCode.bookingDiffers.rawValue)
        #expect(rig.updates.count == 1)
    }

    @Test("a booking that has ended is told apart from one that never was")
    func ended() throws {
        let rig = try EngineRig()
        try rig.provision()
        let request = rig.booking()
        try rig.send(DispatchMethods.createBooking, request)
        let cancel = CancelBookingRequest.with {
            $0.booking = request.booking
            $0.note = "rain"
        }
        let cancelled = try BookingSnapshot(
            decoding: rig.send(DispatchMethods.cancelBooking, cancel).body
        )
        #expect(cancelled.state == .cancelled)
        #expect(cancelled.note == "rain")
        #expect(cancelled.reason == .partnerWish)
        // Said again under another key: old news, and the hold that comes late is as well.
        #expect(try rig.send(DispatchMethods.cancelBooking, cancel).isOK)
        #expect(try rig.send(rig.report(.authorised, of: request.booking)).isOK)
        #expect(try #require(try rig.snapshot(request.booking)).state == .cancelled)
        let progress = try rig.progress(
            .completed,
            request.booking,
            trip: .none,
            by: rig.id()
        )
        let refused = try rig.send(progress)
        #expect(refused.subCode == DispatchSubCode.bookingEnded.rawValue)
        let unknown = try rig.send(
            DispatchMethods.cancelBooking,
            CancelBookingRequest.with { $0.booking = rig.id() }
        )
        #expect(code(unknown) == .notFound)
    }

    @Test("what cannot be booked is refused with the reason, and stays refused")
    func refusals() throws {
        let rig = try EngineRig()
        try rig.provision()
        let cases: [(DispatchSubCode?, StatusCode, (inout CreateBookingRequest) -> Void)] = [
            (.priceStale, .failedPrecondition, { $0.tariffVersion = 9 }),
            (.amountInvalid, .invalidArgument, { $0.currency = .usDollar }),
            (.amountInvalid, .invalidArgument, { $0.currency = nil }),
            (.amountInvalid, .invalidArgument, { $0.priceMinorUnits = 0 }),
            (nil, .invalidArgument, { $0.pickupLabel = "a\0b" }),
            (nil, .invalidArgument, { $0.booking = .none }),
            (nil, .invalidArgument, { $0.vehicleClass = WireEnum(rawValue: 77) }),
            (.tooFar, .invalidArgument, { $0.distanceMeters = 500_001 }),
            (
                .pickupPast, .invalidArgument,
                { $0.pickupAt = rig.time.wallTime.advanced(by: .seconds(-301)) }
            ),
        ]
        for (subCode, expected, change) in cases {
            var request = rig.booking()
            change(&request)
            let command = try rig.command(DispatchMethods.createBooking, request)
            let reply = try rig.send(command)
            #expect(code(reply) == expected)
            #expect(reply.subCode == subCode?.rawValue ?? 0)
            #expect(try rig.send(command) == reply)
        }
        #expect(rig.engine.openBookingCount == 0)
        let elsewhere = try rig.send(
            DispatchMethods.createBooking,
            rig.booking(),
            tenant: TenantID(99)
        )
        #expect(elsewhere.subCode == DispatchSubCode.tariffUnknown.rawValue)
    }

    @Test("a pickup as late as may be is taken")
    func latestPickup() throws {
        let rig = try EngineRig()
        try rig.provision()
        var request = rig.booking()
        request.pickupAt = rig.time.wallTime.advanced(by: .seconds(-300))
        #expect(try rig.send(DispatchMethods.createBooking, request).isOK)
    }

    @Test("a person of the fleet books without a partner")
    func withoutPartner() throws {
        let rig = try EngineRig()
        try rig.provision()
        var request = rig.booking()
        request.partner = .none
        #expect(try rig.send(DispatchMethods.createBooking, request).isOK)
    }

    @Test("bytes that are no message are refused and remembered by nobody")
    func unreadable() throws {
        let rig = try EngineRig()
        try rig.provision()
        let command = Command(
            destination: .dispatch,
            method: DispatchMethods.createBooking.descriptor.id,
            key: rig.id(),
            tenant: EngineRig.tenant,
            subject: "partner:test",
            body: [1, 2, 3]
        )
        #expect(code(try rig.send(command)) == .invalidArgument)
        #expect(rig.engine.commandCount == 0)
    }

    @Test("a report of a hold that was declined ends the booking with its reason")
    func declined() throws {
        let rig = try EngineRig()
        try rig.provision()
        let request = rig.booking()
        try rig.send(DispatchMethods.createBooking, request)
        #expect(try rig.send(rig.report(.declined, of: request.booking)).isOK)
        let snapshot = try #require(try rig.snapshot(request.booking))
        #expect(snapshot.state == .failed)
        #expect(snapshot.reason == .paymentDeclined)
    }
}
