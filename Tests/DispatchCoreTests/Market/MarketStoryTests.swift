import Geo
import Model
import Money
import Testing
import Timekeeping

@testable import DispatchCore

@Suite("A market, told as stories")
struct MarketStoryTests {
    /// A market with drivers 1, 2, 3 standing 1, 2 and 3 km away from the pickup.
    private func rig(drivers: Int = 3) throws -> MarketRig {
        let rig = MarketRig()
        for number in 1...max(1, drivers) where number <= drivers {
            try rig.addDriver(
                Samples.record(number),
                at: Samples.place(north: 1000 * Double(number))
            )
        }
        return rig
    }

    @Test("one good trip: held, offered to the nearest, accepted, driven, taken, billed, closed")
    func goodTrip() throws {
        let rig = try rig()
        let asked = rig.create(Samples.request())
        #expect(rig.answers[asked] == nil, "nothing is said before it is stored")
        try rig.settle()
        guard case .done(let booking) = rig.answers[asked] else {
            Issue.record("not answered: \(String(describing: rig.answers[asked]))")
            return
        }
        #expect(booking.state == .requested)
        rig.say(BookingInput(.authorised, by: .payments))
        try rig.settle()
        try rig.advance(0)
        let offer = try #require(rig.shownOffers.first)
        #expect(offer.driver == Samples.driver(1))
        #expect(rig.activity(1) == .offered)
        rig.answer(offer, accepts: true)
        try rig.settle()
        #expect(rig.state() == .assigned)
        for step in [BookingStep.driverEnRoute, .driverArrived, .passengerBoarded, .tripCompleted] {
            rig.say(.driver(Samples.driver(1), step))
            try rig.settle()
        }
        #expect(rig.state() == .completed)
        #expect(rig.activity(1) == .available)
        rig.say(BookingInput(.captured, by: .payments))
        try rig.settle()
        #expect(rig.state() == .closed)
        let price = Samples.euros(2500)
        #expect(rig.wishes() == [.authorise(price), .capture(price), .recordUsage(price)])
        #expect(
            rig.events[Samples.booking(1)]?.map(\.step) == [
                .requested, .authorised, .offerAccepted, .driverEnRoute, .driverArrived,
                .passengerBoarded, .tripCompleted, .captured,
            ]
        )
        #expect(rig.market.openBookingCount == 0, "nothing is kept of what is over")
    }

    @Test("a driver who completes a trip stands free at its drop-off until his next fix")
    func standsAtDropoff() throws {
        let rig = try rig(drivers: 1)
        try rig.confirmed()
        try rig.advance(0)
        rig.answer(try #require(rig.shownOffers.first), accepts: true)
        try rig.settle()
        for step in [BookingStep.driverEnRoute, .driverArrived, .passengerBoarded, .tripCompleted] {
            rig.say(.driver(Samples.driver(1), step))
            try rig.settle()
        }
        #expect(rig.position(1) == Samples.place(north: 5000))
        rig.now = rig.now.plus(1)
        try rig.show(1, at: Samples.place(north: 4000))
        #expect(rig.position(1) == Samples.place(north: 4000))
    }

    @Test("the cascade: the first declines, the second is silent, the third takes it")
    func cascade() throws {
        let rig = try rig()
        try rig.confirmed()
        try rig.advance(0)
        rig.answer(rig.shownOffers[0], accepts: false)
        try rig.settle()
        #expect(rig.activity(1) == .available)
        try rig.advance(2)
        #expect(rig.shownOffers.map(\.driver) == [Samples.driver(1), Samples.driver(2)])
        try rig.advance(20)
        #expect(rig.withdrawals.map(\.driver) == [Samples.driver(2)])
        try rig.advance(2)
        #expect(rig.shownOffers.map(\.driver).last == Samples.driver(3))
        rig.answer(rig.shownOffers[2], accepts: true)
        try rig.settle()
        #expect(rig.rows[Samples.booking(1)]?.driver == Samples.driver(3))
        #expect(rig.activity(2) == .available)
    }

    @Test("two accept: the one who had the offer before is told that it is gone")
    func lateAcceptance() throws {
        let rig = try rig()
        try rig.confirmed()
        try rig.advance(0)
        let first = rig.shownOffers[0]
        try rig.advance(20)
        try rig.advance(2)
        let second = rig.shownOffers[1]
        let late = rig.answer(first, accepts: true)
        let good = rig.answer(second, accepts: true)
        try rig.settle()
        #expect(rig.answers[late] == .refused(.offerGone))
        guard case .done = rig.answers[good] else {
            Issue.record("the second should have it")
            return
        }
        #expect(rig.rows[Samples.booking(1)]?.driver == second.driver)
    }

    @Test("an acceptance at the expiry instant is late, even before the timer has fired")
    func acceptanceAtExpiry() throws {
        let rig = try rig()
        try rig.confirmed()
        try rig.advance(0)
        let offer = rig.shownOffers[0]
        rig.now = offer.expiresAt
        let late = rig.answer(offer, accepts: true)
        #expect(rig.answers[late] == .refused(.offerLate))
        try rig.advance(0)
        #expect(rig.rows[Samples.booking(1)]?.offer == nil)
    }

    @Test("accept meets cancel: whichever is decided first wins, the other is judged after it")
    func acceptMeetsCancel() throws {
        for acceptFirst in [true, false] {
            let rig = try rig()
            try rig.confirmed()
            try rig.advance(0)
            let offer = rig.shownOffers[0]
            rig.effects = []
            let cancel = BookingInput(.cancelled, by: .partner, reason: .partnerWish)
            let accepted: Ticket
            if acceptFirst {
                accepted = rig.answer(offer, accepts: true)
                rig.say(cancel)
            } else {
                rig.say(cancel)
                accepted = rig.answer(offer, accepts: true)
            }
            #expect(rig.unstored.count == 1, "the second waits")
            try rig.settle()
            #expect(rig.state() == .cancelled)
            if acceptFirst {
                guard case .done = rig.answers[accepted] else {
                    Issue.record("the acceptance came first")
                    return
                }
            } else {
                #expect(rig.answers[accepted] == .refused(.offerGone))
            }
            #expect(rig.withdrawals.map(\.driver) == [offer.driver])
            #expect(rig.activity(1) == .available)
            #expect(rig.wishes() == [.authorise(Samples.euros(2500)), .void])
        }
    }

    @Test(
        "a driver out of reach: his offer goes on, his trip finds another, with a passenger it is at risk"
    )
    func driverLost() throws {
        let rig = try rig()
        try rig.confirmed()
        try rig.advance(0)
        rig.take(rig.market.driverLost(Samples.driver(1), at: rig.now))
        try rig.settle()
        #expect(rig.rows[Samples.booking(1)]?.offer == nil)
        try rig.advance(2)
        let second = rig.shownOffers[1]
        #expect(second.driver == Samples.driver(2))
        rig.answer(second, accepts: true)
        try rig.settle()
        rig.take(rig.market.driverLost(Samples.driver(2), at: rig.now))
        try rig.settle()
        #expect(rig.state() == .confirmed)
        try rig.advance(2)
        let third = rig.shownOffers[2]
        #expect(third.driver == Samples.driver(3))
        rig.answer(third, accepts: true)
        for step in [BookingStep.driverEnRoute, .driverArrived, .passengerBoarded] {
            rig.say(.driver(Samples.driver(3), step))
        }
        try rig.settle()
        // Looked at again before the first is stored, and after: it is one event.
        for _ in 0..<2 { rig.take(rig.market.driverLost(Samples.driver(3), at: rig.now)) }
        try rig.settle()
        rig.take(rig.market.driverLost(Samples.driver(3), at: rig.now))
        try rig.settle()
        #expect(rig.state() == .onTrip)
        #expect(rig.rows[Samples.booking(1)]?.isAtRisk == true)
        let isAtRisk = rig.market.isAtRisk(Samples.driver(3))
        #expect(isAtRisk)
        let another = rig.market.driverHeard(Samples.driver(2), at: rig.now)
        #expect(another.isEmpty)
        for _ in 0..<2 { rig.take(rig.market.driverHeard(Samples.driver(3), at: rig.now)) }
        try rig.settle()
        #expect(rig.rows[Samples.booking(1)]?.isAtRisk == false)
        let steps = rig.events[Samples.booking(1)]?.suffix(3).map(\.step)
        #expect(steps == [.passengerBoarded, .contactLost, .contactRegained])
    }

    @Test("a closed shift ends the offer, not the trip, and nobody off duty is asked")
    func closedShift() throws {
        let rig = try rig(drivers: 1)
        try rig.confirmed()
        try rig.advance(0)
        rig.take(rig.market.closeShift(of: Samples.driver(1), at: rig.now))
        try rig.settle()
        #expect(rig.rows[Samples.booking(1)]?.offer == nil)
        #expect(rig.activity(1) == .offline)
        try rig.advance(130)
        #expect(rig.shownOffers.count == 1)
    }

    @Test("the rider's patience ends and the hold is released")
    func patience() throws {
        let rig = try rig(drivers: 0)
        try rig.confirmed()
        try rig.advance(899.999)
        #expect(rig.state() == .confirmed)
        try rig.advance(0.001)
        #expect(rig.state() == .unfulfilled)
        #expect(rig.wishes() == [.authorise(Samples.euros(2500)), .void])
        #expect(rig.rows[Samples.booking(1)]?.reason == .noDriverFound)
    }

    @Test("a hold that does not come ends the booking, and coming late it changes nothing")
    func authorisationExpires() throws {
        let rig = try rig()
        rig.create(Samples.request())
        try rig.settle()
        try rig.advance(119.999)
        #expect(rig.state() == .requested)
        try rig.advance(0.001)
        #expect(rig.state() == .failed)
        #expect(rig.wishes() == [.authorise(Samples.euros(2500)), .void])
        let late = rig.say(BookingInput(.authorised, by: .payments))
        #expect(rig.answers[late] == .refused(.unknownBooking), "the stored row answers")
        let row = try #require(rig.rows[Samples.booking(1)])
        #expect(try row.applying(BookingInput(.authorised, by: .payments), at: rig.now) == nil)
    }

    @Test("a pickup far ahead is searched for only shortly before")
    func preBooked() throws {
        let rig = try rig()
        try rig.confirmed(Samples.request(pickupAt: Samples.now.plus(7200)))
        try rig.advance(5999.999)
        #expect(rig.shownOffers.isEmpty)
        #expect(rig.market.nextTickAt == Samples.now.plus(6000))
        try rig.advance(0.001)
        #expect(rig.shownOffers.count == 1)
    }

    @Test("the same booking said again is acknowledged, another under its name refused")
    func sameName() throws {
        let rig = try rig()
        rig.create(Samples.request())
        let waiting = rig.create(Samples.request())
        #expect(rig.answers[waiting] == nil, "it waits for the first to be stored")
        try rig.settle()
        guard case .acknowledged = rig.answers[waiting] else {
            Issue.record("\(String(describing: rig.answers[waiting]))")
            return
        }
        let other = rig.create(Samples.request(price: Samples.euros(1)))
        #expect(rig.answers[other] == .refused(.nameTaken))
        #expect(rig.wishes().count == 1)
    }

    @Test("limits: open bookings, drivers, steps that wait")
    func limits() throws {
        var policy = MarketPolicy()
        policy.openBookingsMax = 1
        policy.driversMax = 1
        policy.waitingStepsMax = 2
        let rig = MarketRig(policy: policy)
        rig.create(Samples.request(1))
        let second = rig.create(Samples.request(2))
        #expect(rig.answers[second] == .refused(.tooManyBookings))
        let tickets = (0..<3).map { _ in rig.say(BookingInput(.cancelled, by: .partner)) }
        #expect(rig.answers[tickets[1]] == nil)
        #expect(rig.answers[tickets[2]] == .refused(.busy))
        try rig.addDriver(Samples.record(1), at: Samples.place())
        #expect(throws: Refusal.tooManyDrivers) {
            try rig.addDriver(Samples.record(2), at: Samples.place())
        }
    }

    @Test("an abandoned decision leaves no trace, and who waited behind it is judged without it")
    func abandoned() throws {
        let rig = try rig()
        try rig.confirmed()
        rig.take(rig.market.tick(at: rig.now))
        #expect(rig.activity(1) == .offered, "reserved from the decision on")
        let cancel = rig.say(BookingInput(.cancelled, by: .partner))
        rig.abandon()
        #expect(rig.activity(1) == .available)
        #expect(rig.shownOffers.isEmpty)
        try rig.settle()
        guard case .done = rig.answers[cancel] else {
            Issue.record("the cancellation should be judged")
            return
        }
        #expect(rig.state() == .cancelled)
        let lost = rig.create(Samples.request(2))
        rig.abandon()
        #expect(rig.answers[lost] == .refused(.notStored))
        #expect(rig.market.openBookingCount == 0)
    }
}
