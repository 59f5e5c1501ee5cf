import Delivery
import DispatchCore
import DispatchServer
import Messages
import Model
import Storage
import TestSupport
import Testing
import Timekeeping
import WireFormat

@Suite("Offers over a store")
struct OfferTests {
    @Test("a restart in the middle of an offer shows the same offer, which can still be taken")
    func restart() throws {
        let bench = try EngineBench()
        let fleet = try bench.provision()
        let (booking, offer) = try bench.offered(to: fleet.map(\.driver))
        try bench.restart()
        let again = try #require(bench.screen(of: offer.driver))
        #expect(again.offer == offer.offer)
        #expect(again.expiresAt == offer.expiresAt)
        #expect(again.pickupLabel == "North gate")
        let reply = try OfferAnswerReply(decoding: bench.send(bench.answer(offer)).body)
        #expect(reply.outcome == .assigned)
        #expect(reply.booking == booking)
    }

    @Test("an offer that ran out while nobody ran goes to the next driver")
    func expiredMeanwhile() throws {
        let bench = try EngineBench()
        let fleet = try bench.provision(drivers: 2)
        let (booking, offer) = try bench.offered(to: fleet.map(\.driver))
        bench.time.advance(by: .seconds(25))
        try bench.restart()
        for driver in fleet { bench.move(driver.reference, to: EngineBench.place) }
        try bench.tick()
        bench.time.advance(by: .seconds(2))
        try bench.tick()
        let next = try #require(fleet.first { $0.driver != offer.driver })
        let shown = try #require(bench.screen(of: next.driver))
        #expect(shown.booking == booking)
        #expect(shown.offer != offer.offer)
        #expect(bench.screen(of: offer.driver) == nil)
        let late = try OfferAnswerReply(decoding: bench.send(bench.answer(offer)).body)
        #expect(late.outcome == .withdrawn)
        let taken = try OfferAnswerReply(decoding: bench.send(bench.answer(shown)).body)
        #expect(taken.outcome == .assigned)
    }

    @Test("an answer at the instant of expiry is late, one microsecond before it is in time")
    func lateAnswer() throws {
        for (early, expected) in [
            (Duration.zero, OfferOutcomeCode.tooLate), (.microseconds(1), .assigned),
        ] {
            let bench = try EngineBench()
            let fleet = try bench.provision()
            let (_, offer) = try bench.offered(to: fleet.map(\.driver))
            let left = bench.time.wallTime.duration(to: offer.expiresAt)
            bench.time.advance(by: left - early)
            let reply = try OfferAnswerReply(decoding: bench.send(bench.answer(offer)).body)
            #expect(reply.outcome == expected)
        }
    }

    @Test("a refusal moves the offer on, and the driver hears that it is recorded")
    func declined() throws {
        let bench = try EngineBench()
        let fleet = try bench.provision(drivers: 2)
        let (booking, offer) = try bench.offered(to: fleet.map(\.driver))
        let reply = try OfferAnswerReply(
            decoding: bench.send(bench.answer(offer, accepts: false)).body
        )
        #expect(reply.outcome == .declined)
        #expect(reply.booking == booking)
        bench.time.advance(by: .seconds(2))
        try bench.tick()
        let next = try #require(fleet.first { $0.driver != offer.driver })
        #expect(bench.screen(of: next.driver)?.booking == booking)
    }

    @Test("a driver who reports his arrival without having set out has done both")
    func arrivalFirst() throws {
        let bench = try EngineBench()
        let fleet = try bench.provision()
        let (booking, offer) = try bench.offered(to: fleet.map(\.driver))
        _ = try bench.send(bench.answer(offer))
        let trip = try #require(bench.screen(of: offer.driver)).trip
        let reply = try BookingProgressReply(
            decoding: bench.send(bench.progress(.arrived, booking, trip: trip, by: offer.driver))
                .body
        )
        #expect(reply.state == .arrived)
        #expect(reply.sequence == 5)
        #expect(
            bench.updates.map(\.step)
                == [
                    .requested, .authorised, .offerAccepted, .driverEnRoute, .driverArrived,
                ].map { WireEnum($0) }
        )
    }

    @Test("another driver's report of a trip finds no such booking")
    func foreignReport() throws {
        let bench = try EngineBench()
        let fleet = try bench.provision(drivers: 2)
        let (booking, offer) = try bench.offered(to: fleet.map(\.driver))
        _ = try bench.send(bench.answer(offer))
        let trip = try #require(bench.screen(of: offer.driver)).trip
        let other = try #require(fleet.first { $0.driver != offer.driver })
        let reply = try bench.send(bench.progress(.arrived, booking, trip: trip, by: other.driver))
        #expect(StatusCode(wire: reply.code) == .notFound)
    }

    @Test("the store lets no second booking engage a driver, whoever believes to own the market")
    func engagedTwice() throws {
        let bench = try EngineBench()
        let fleet = try bench.provision()
        let first = bench.booking()
        let second = bench.booking()
        for request in [first, second] {
            try bench.send(DispatchMethods.createBooking, request)
            _ = try bench.send(bench.report(.authorised, of: request.booking))
        }
        // A second process on the same store, which knows both bookings and the driver.
        var twin = DispatchEngine()
        let stored = try bench.read { session throws(StorageError) in
            try RestoredState(in: session)
        }
        _ = try twin.restore(stored, at: bench.moment)
        twin.move(
            fleet[0].reference,
            to: EngineBench.place,
            measuredAt: bench.time.wallTime,
            now: bench.time.wallTime
        )
        try bench.tick()
        #expect(bench.screen(of: fleet[0].driver) != nil)
        // The twin picks the same driver, for whichever booking: the version or the index stops it.
        var pending = twin.tick(at: bench.moment)[...]
        while let output = pending.popFirst() {
            guard case .run(let job) = output else { continue }
            pending += twin.completed(job.id, bench.run(job), at: bench.moment)
        }
        let rows = try bench.read { session throws(StorageError) in
            try BookingRows.open(in: session)
        }
        #expect(rows.compactMap(\.booking.engagedDriver) == [fleet[0].driver])
    }
}
