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
        let bench = try EngineBench()
        try bench.provision()
        let request = bench.booking()
        let command = try bench.command(DispatchMethods.createBooking, request)
        let first = bench.begin(command)
        let second = bench.begin(command)
        #expect(second.outputs.isEmpty)
        try bench.perform(first.outputs)
        let reply = try #require(bench.replies[first.ticket])
        #expect(reply.isOK)
        #expect(bench.replies[second.ticket] == reply)
        #expect(try bench.send(command) == reply)
        #expect(bench.updates.count == 1)
        #expect(try bench.deliver().count == 1)
    }

    @Test("another call under a key in use is refused, under way and afterwards")
    func keyReused() throws {
        let bench = try EngineBench()
        try bench.provision()
        let key = bench.id(IdempotencyKey.self)
        let command = try bench.command(DispatchMethods.createBooking, bench.booking(), key: key)
        let other = try bench.command(DispatchMethods.createBooking, bench.booking(), key: key)
        let first = bench.begin(command)
        let second = bench.begin(other)
        try bench.perform(first.outputs)
        try bench.perform(second.outputs)
        #expect(bench.replies[second.ticket] == .keyReused)
        #expect(try bench.send(other) == .keyReused)
        #expect(bench.engine.openBookingCount == 1)
    }

    @Test("keys of two tenants are two keys")
    func keysByTenant() throws {
        let bench = try EngineBench()
        let other = TenantID(8)
        try bench.provision()
        try bench.provision(tenant: other)
        let key = bench.id(IdempotencyKey.self)
        let request = bench.booking()
        let mine = try bench.command(DispatchMethods.createBooking, request, key: key)
        let theirs = try bench.command(
            DispatchMethods.createBooking,
            request,
            key: key,
            tenant: other
        )
        #expect(try bench.send(mine).isOK)
        #expect(try bench.send(theirs).isOK)
        #expect(bench.engine.openBookingCount == 2)
    }

    @Test("the same booking under another key is acknowledged, with other content refused")
    func sameBooking() throws {
        let bench = try EngineBench()
        try bench.provision()
        let request = bench.booking()
        try bench.send(DispatchMethods.createBooking, request)
        bench.time.advance(by: .seconds(30))
        let again = try bench.send(DispatchMethods.createBooking, request)
        #expect(again.isOK)
        #expect(try BookingSnapshot(decoding: again.body).sequence == 1)
        var other = request
        other.priceMinorUnits += 1
        let refused = try bench.send(DispatchMethods.createBooking, other)
        #expect(code(refused) == .alreadyExists)
        #expect(refused.subCode == DispatchSubCode.bookingDiffers.rawValue)
        #expect(bench.updates.count == 1)
    }

    @Test("a booking that has ended is told apart from one that never was")
    func ended() throws {
        let bench = try EngineBench()
        try bench.provision()
        let request = bench.booking()
        try bench.send(DispatchMethods.createBooking, request)
        let cancel = CancelBookingRequest.with {
            $0.booking = request.booking
            $0.note = "rain"
        }
        let cancelled = try BookingSnapshot(
            decoding: bench.send(DispatchMethods.cancelBooking, cancel).body
        )
        #expect(cancelled.state == .cancelled)
        #expect(cancelled.note == "rain")
        #expect(cancelled.reason == .partnerWish)
        // Said again under another key: old news, and the hold that comes late is as well.
        #expect(try bench.send(DispatchMethods.cancelBooking, cancel).isOK)
        #expect(try bench.send(bench.report(.authorised, of: request.booking)).isOK)
        #expect(try #require(try bench.snapshot(request.booking)).state == .cancelled)
        let progress = try bench.progress(
            .completed,
            request.booking,
            trip: .none,
            by: bench.id()
        )
        let refused = try bench.send(progress)
        #expect(refused.subCode == DispatchSubCode.bookingEnded.rawValue)
        let unknown = try bench.send(
            DispatchMethods.cancelBooking,
            CancelBookingRequest.with { $0.booking = bench.id() }
        )
        #expect(code(unknown) == .notFound)
    }

    @Test("what cannot be booked is refused with the reason, and stays refused")
    func refusals() throws {
        let bench = try EngineBench()
        try bench.provision()
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
                { $0.pickupAt = bench.time.wallTime.advanced(by: .seconds(-301)) }
            ),
        ]
        for (subCode, expected, change) in cases {
            var request = bench.booking()
            change(&request)
            let command = try bench.command(DispatchMethods.createBooking, request)
            let reply = try bench.send(command)
            #expect(code(reply) == expected)
            #expect(reply.subCode == subCode?.rawValue ?? 0)
            #expect(try bench.send(command) == reply)
        }
        #expect(bench.engine.openBookingCount == 0)
        let elsewhere = try bench.send(
            DispatchMethods.createBooking,
            bench.booking(),
            tenant: TenantID(99)
        )
        #expect(elsewhere.subCode == DispatchSubCode.tariffUnknown.rawValue)
    }

    @Test("a pickup as late as may be is taken")
    func latestPickup() throws {
        let bench = try EngineBench()
        try bench.provision()
        var request = bench.booking()
        request.pickupAt = bench.time.wallTime.advanced(by: .seconds(-300))
        #expect(try bench.send(DispatchMethods.createBooking, request).isOK)
    }

    @Test("a person of the fleet books without a partner")
    func withoutPartner() throws {
        let bench = try EngineBench()
        try bench.provision()
        var request = bench.booking()
        request.partner = .none
        #expect(try bench.send(DispatchMethods.createBooking, request).isOK)
    }

    @Test("bytes that are no message are refused and remembered by nobody")
    func unreadable() throws {
        let bench = try EngineBench()
        try bench.provision()
        let command = Command(
            destination: .dispatch,
            method: DispatchMethods.createBooking.descriptor.id,
            key: bench.id(),
            tenant: EngineBench.tenant,
            subject: "partner:test",
            body: [1, 2, 3]
        )
        #expect(code(try bench.send(command)) == .invalidArgument)
        #expect(bench.engine.commandCount == 0)
    }

    @Test("a report of a hold that was declined ends the booking with its reason")
    func declined() throws {
        let bench = try EngineBench()
        try bench.provision()
        let request = bench.booking()
        try bench.send(DispatchMethods.createBooking, request)
        #expect(try bench.send(bench.report(.declined, of: request.booking)).isOK)
        let snapshot = try #require(try bench.snapshot(request.booking))
        #expect(snapshot.state == .failed)
        #expect(snapshot.reason == .paymentDeclined)
    }
}
