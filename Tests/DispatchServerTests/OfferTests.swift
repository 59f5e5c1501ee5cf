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
        let rig = try EngineRig()
        let fleet = try rig.provision()
        let (booking, offer) = try rig.offered(to: fleet.map(\.driver))
        try rig.restart()
        let again = try #require(rig.screen(of: offer.driver))
        #expect(again.offer == offer.offer)
        #expect(again.expiresAt == offer.expiresAt)
        #expect(again.pickupLabel == "North gate")
        let reply = try OfferAnswerReply(decoding: rig.send(rig.answer(offer)).body)
        #expect(reply.outcome == .assigned)
        #expect(reply.booking == booking)
    }

    @Test("an offer that ran out while nobody ran goes to the next driver")
    func expiredMeanwhile() throws {
        let rig = try EngineRig()
        let fleet = try rig.provision(drivers: 2)
        let (booking, offer) = try rig.offered(to: fleet.map(\.driver))
        rig.time.advance(by: .seconds(25))
        try rig.restart()
        for driver in fleet { rig.move(driver.reference, to: EngineRig.place) }
        try rig.tick()
        rig.time.advance(by: .seconds(2))
        try rig.tick()
        let next = try #require(fleet.first { $0.driver != offer.driver })
        let shown = try #require(rig.screen(of: next.driver))
        #expect(shown.booking == booking)
        #expect(shown.offer != offer.offer)
        #expect(rig.screen(of: offer.driver) == nil)
        let late = try OfferAnswerReply(decoding: rig.send(rig.answer(offer)).body)
        #expect(late.outcome == .withdrawn)
        let taken = try OfferAnswerReply(decoding: rig.send(rig.answer(shown)).body)
        #expect(taken.outcome == .assigned)
    }

    @Test("an answer at the instant of expiry is late, one microsecond before it is in time")
    func lateAnswer() throws {
        for (early, expected) in [
            (Duration.zero, OfferOutcomeCode.tooLate), (.microseconds(1), .assigned),
        ] {
            let rig = try EngineRig()
            let fleet = try rig.provision()
            let (_, offer) = try rig.offered(to: fleet.map(\.driver))
            let left = rig.time.wallTime.duration(to: offer.expiresAt)
            rig.time.advance(by: left - early)
            let reply = try OfferAnswerReply(decoding: rig.send(rig.answer(offer)).body)
            #expect(reply.outcome == expected)
        }
    }

    @Test("a refusal moves the offer on, and the driver hears that it is recorded")
    func declined() throws {
        let rig = try EngineRig()
        let fleet = try rig.provision(drivers: 2)
        let (booking, offer) = try rig.offered(to: fleet.map(\.driver))
        let reply = try OfferAnswerReply(
            decoding: rig.send(rig.answer(offer, accepts: false)).body
        )
        #expect(reply.outcome == .declined)
        #expect(reply.booking == booking)
        rig.time.advance(by: .seconds(2))
        try rig.tick()
        let next = try #require(fleet.first { $0.driver != offer.driver })
        #expect(rig.screen(of: next.driver)?.booking == booking)
    }

    @Test("a driver who reports his arrival without having set out has done both")
    func arrivalFirst() throws {
        let rig = try EngineRig()
        let fleet = try rig.provision()
        let (booking, offer) = try rig.offered(to: fleet.map(\.driver))
        _ = try rig.send(rig.answer(offer))
        let trip = try #require(rig.screen(of: offer.driver)).trip
        let reply = try BookingProgressReply(
            decoding: rig.send(rig.progress(.arrived, booking, trip: trip, by: offer.driver))
                .body
        )
        #expect(reply.state == .arrived)
        #expect(reply.sequence == 5)
        #expect(
            rig.updates.map(\.step)
                == [
                    .requested, .authorised, .offerAccepted, .driverEnRoute, .driverArrived,
                ].map { WireEnum($0) }
        )
    }

    @Test("another driver's report of a trip finds no such booking")
    func foreignReport() throws {
        let rig = try EngineRig()
        let fleet = try rig.provision(drivers: 2)
        let (booking, offer) = try rig.offered(to: fleet.map(\.driver))
        _ = try rig.send(rig.answer(offer))
        let trip = try #require(rig.screen(of: offer.driver)).trip
        let other = try #require(fleet.first { $0.driver != offer.driver })
        let reply = try rig.send(rig.progress(.arrived, booking, trip: trip, by: other.driver))
        #expect(StatusCode(wire: reply.code) == .notFound)
    }

    @Test("the store lets no second booking engage a driver, whoever believes to own the market")
    func engagedTwice() throws {
        let rig = try EngineRig()
        let fleet = try rig.provision()
        let first = rig.booking()
        let second = rig.booking()
        for request in [first, second] {
            try rig.send(DispatchMethods.createBooking, request)
            _ = try rig.send(rig.report(.authorised, of: request.booking))
        }
        // A second process on the same store, which knows both bookings and the driver.
        var twin = DispatchEngine()
        let stored = try rig.read { session throws(StorageError) in
            try RestoredState(in: session)
        }
        _ = try twin.restore(stored, at: rig.moment)
        twin.move(
            fleet[0].reference,
            to: EngineRig.place,
            measuredAt: rig.time.wallTime,
            now: rig.time.wallTime
        )
        try rig.tick()
        #expect(rig.screen(of: fleet[0].driver) != nil)
        // The twin picks the same driver, for whichever booking: the version or the index stops it.
        var pending = twin.tick(at: rig.moment)[...]
        while let output = pending.popFirst() {
            guard case .run(let job) = output else { continue }
            pending += twin.completed(job.id, rig.run(job), at: rig.moment)
        }
        let rows = try rig.read { session throws(StorageError) in
            try BookingRows.open(in: session)
        }
        #expect(rows.compactMap(\.booking.engagedDriver) == [fleet[0].driver])
    }
}
