import Model
import Testing
import Timekeeping

@testable import DispatchCore

@Suite("A market after a restart")
struct MarketRestartTests {
    private func rig() throws -> MarketRig {
        let rig = MarketRig()
        for number in 1...2 {
            try rig.addDriver(
                Samples.record(number),
                at: Samples.place(north: 1000 * Double(number))
            )
        }
        return rig
    }

    @Test("in the middle of an offer: it is shown again under its name, and its answer counts")
    func duringOffer() throws {
        let rig = try rig()
        try rig.confirmed()
        try rig.advance(0)
        let offer = rig.shownOffers[0]
        rig.now = rig.now.plus(5)
        try rig.crashAndRestart()
        #expect(rig.shownOffers == [offer])
        #expect(rig.activity(1) == .offered)
        let accepted = rig.answer(offer, accepts: true)
        try rig.settle()
        guard case .done(let booking) = rig.answers[accepted] else {
            Issue.record("\(String(describing: rig.answers[accepted]))")
            return
        }
        #expect(booking.driver == offer.driver)
    }

    @Test("an offer that ended while nobody ran ends at the first look at the clock")
    func expiredMeanwhile() throws {
        let rig = try rig()
        try rig.confirmed()
        try rig.advance(0)
        rig.now = rig.now.plus(60)
        try rig.crashAndRestart()
        try rig.advance(0)
        try rig.advance(2)
        #expect(rig.rows[Samples.booking(1)]?.offer?.driver == Samples.driver(2))
    }

    @Test("stored, and dead before anybody was told: the caller's retry is acknowledged")
    func betweenCommitAndAnswer() throws {
        let rig = try rig()
        try rig.confirmed()
        try rig.advance(0)
        let offer = rig.shownOffers[0]
        rig.answer(offer, accepts: true)
        _ = try rig.store()
        try rig.crashAndRestart()
        #expect(rig.activity(1) == .assigned)
        let again = rig.answer(offer, accepts: true)
        guard case .acknowledged(let booking) = rig.answers[again] else {
            Issue.record("\(String(describing: rig.answers[again]))")
            return
        }
        #expect(booking.driver == offer.driver)
        #expect(rig.effects.contains(.deliver(Samples.booking(1))), "the outbox is woken")
    }

    @Test("decided, and dead before it was stored: nothing happened")
    func beforeCommit() throws {
        let rig = try rig()
        try rig.confirmed()
        rig.take(rig.market.tick(at: rig.now))
        #expect(rig.unstored.count == 1)
        try rig.crashAndRestart()
        #expect(rig.activity(1) == .available)
        #expect(rig.shownOffers.isEmpty)
        try rig.advance(0)
        #expect(rig.shownOffers.count == 1)
    }

    @Test("an unknown outcome that was stored after all is taken over")
    func unknownOutcome() throws {
        let rig = try rig()
        try rig.confirmed()
        rig.take(rig.market.tick(at: rig.now))
        let decision = try rig.store()
        #expect(rig.shownOffers.isEmpty)
        rig.take(rig.market.committed(decision.id, at: rig.now))
        #expect(rig.shownOffers.count == 1)
        rig.take(rig.market.committed(decision.id, at: rig.now))
        #expect(rig.shownOffers.count == 1, "said twice changes nothing")
    }

    @Test("another writer came first: its row is taken over, the decision's driver let go")
    func anotherWriter() throws {
        let rig = try rig()
        try rig.confirmed()
        rig.take(rig.market.tick(at: rig.now))
        let decision = rig.unstored[0]
        var stored = try #require(rig.rows[Samples.booking(1)])
        stored.offer = Samples.offer(77, to: Samples.driver(2), at: rig.now)
        stored.version += 1
        rig.take(rig.market.abandoned(decision.id, stored: stored, at: rig.now))
        #expect(rig.activity(1) == .available)
        #expect(rig.activity(2) == .offered)
        #expect(rig.market.booking(stored.id) == stored)
    }

    @Test("rows that give a driver two trips are refused")
    func conflict() throws {
        var first = try Samples.booking(in: .onTrip)
        first.version = 7
        var second = try Booking(Samples.request(2), at: Samples.now)
        second.state = .assigned
        second.driver = first.driver
        let rig = MarketRig()
        let error = #expect(throws: RestoreConflict.self) {
            _ = try rig.market.restore([second, first], at: Samples.now)
        }
        #expect(
            error == RestoreConflict(driver: Samples.driver(1), first: first.id, second: second.id)
        )
    }

    @Test("a booking asked for again after it has ended is found in the store")
    func endedMeanwhile() throws {
        let rig = try rig()
        rig.create(Samples.request())
        try rig.settle()
        rig.say(BookingInput(.cancelled, by: .partner))
        try rig.settle()
        let stored = try #require(rig.rows[Samples.booking(1)])
        for (price, isSame) in [(Int64(2500), true), (1, false)] {
            let again = rig.create(Samples.request(price: Samples.euros(price)))
            let decision = try #require(rig.unstored.last)
            rig.dropUnstored()
            rig.take(rig.market.abandoned(decision.id, stored: stored, at: rig.now))
            #expect(
                rig.answers[again] == (isSame ? .acknowledged(stored) : .refused(.nameTaken))
            )
            #expect(rig.market.openBookingCount == 0)
        }
    }

    @Test("deadlines that were overtaken do not pile up")
    func deadlines() throws {
        let rig = MarketRig()
        for number in 1...3000 {
            try rig.confirmed(Samples.request(number))
            rig.say(BookingInput(.cancelled, by: .partner), of: Samples.booking(number))
            try rig.settle()
        }
        #expect(rig.market.openBookingCount == 0)
        #expect(rig.market.deadlines.count <= 1025)
    }
}
