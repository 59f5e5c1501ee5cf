import Geo
import Model
import Money
import Testing
import Timekeeping

@testable import DispatchCore

@Suite("Who is asked in a market")
struct MarketMatchingTests {
    /// A market with driver 1 standing 1 km, 2 standing 2 km, ... away from the pickup.
    private func rig(drivers: Int) throws -> MarketRig {
        let rig = MarketRig()
        for number in 1...drivers {
            try rig.addDriver(
                Samples.record(number),
                at: Samples.place(north: 1000 * Double(number))
            )
        }
        return rig
    }

    @Test("a round matches those who wait together, and says why")
    func round() throws {
        let rig = MarketRig()
        // Driver 1 is nearest to both; only he can reach the second without a long way.
        try rig.addDriver(Samples.record(1), at: Samples.place())
        try rig.addDriver(Samples.record(2), at: Samples.place(north: -600))
        try rig.confirmed(Samples.request(1, pickup: Samples.place(north: -200)))
        try rig.confirmed(Samples.request(2, pickup: Samples.place(north: 300)))
        try rig.advance(0)
        let offers = rig.shownOffers
        #expect(offers.count == 2)
        #expect(rig.rows[Samples.booking(1)]?.offer?.driver == Samples.driver(2))
        #expect(rig.rows[Samples.booking(2)]?.offer?.driver == Samples.driver(1))
        let offer = try #require(rig.rows[Samples.booking(1)]?.offer)
        let explanation = try #require(rig.explanations[offer.id])
        #expect(explanation.seen == 2)
        #expect(explanation.requestsInRound == 2)
        #expect(explanation.runnerUp?.driver == Samples.driver(1))
        #expect(try #require(explanation.margin) < 0)
    }

    @Test("where business time is set back, drivers move on and riders are matched as before")
    func timeSetBack() throws {
        let rig = try rig(drivers: 2)
        try rig.confirmed(Samples.request(1))
        try rig.advance(0)
        #expect(rig.shownOffers.count == 1)
        rig.now = rig.now.plus(-600)
        rig.market.timeSetBack(to: rig.now)
        let known = rig.market.board.slot(of: Samples.driver(2))
        let slot = try #require(known)
        let place = Samples.place(north: 1500)
        rig.market.move(slot, to: place, at: rig.now)
        let entry = rig.market.board[slot]
        #expect(entry.position == place)
        #expect(entry.positionAt == rig.now)
        try rig.confirmed(Samples.request(2))
        try rig.advance(2)
        #expect(rig.shownOffers.count == 2)
    }

    @Test("a rare class is found behind many others, and never served by a lesser one")
    func classes() throws {
        let rig = MarketRig()
        for number in 1...50 {
            try rig.addDriver(
                Samples.record(number),
                at: Samples.place(north: Double(number))
            )
        }
        try rig.confirmed(Samples.request(vehicleClass: .first))
        try rig.advance(0)
        #expect(rig.shownOffers.isEmpty)
        try rig.addDriver(
            Samples.record(51, vehicleClass: .first),
            at: Samples.place(north: 2000)
        )
        try rig.advance(2)
        #expect(rig.shownOffers.map(\.driver) == [Samples.driver(51)])
    }

    @Test("a driver whose fix is too old is not asked until he is seen again")
    func staleFix() throws {
        let rig = try rig(drivers: 1)
        try rig.confirmed()
        rig.now = rig.now.plus(121)
        rig.take(rig.market.tick(at: rig.now))
        #expect(rig.unstored.isEmpty)
        #expect(rig.availableCount == 0)
        try rig.advance(2)
        #expect(rig.shownOffers.count == 1)
    }

    @Test("a low rating loses to a longer way, by the weight that the fleet gave it")
    func ratings() throws {
        let rig = MarketRig()
        // 163.6 ms a metre x 1.3: the second is 85 s farther; the first costs 246 s for his 3.9 stars.
        try rig.addDriver(Samples.record(1, rating: 390), at: Samples.place(north: 400))
        try rig.addDriver(Samples.record(2, rating: 500), at: Samples.place(north: 800))
        try rig.confirmed()
        try rig.advance(0)
        #expect(rig.shownOffers.map(\.driver) == [Samples.driver(2)])
    }

    @Test("a quote names its items, its end, and how near the nearest is")
    func quote() throws {
        let rig = try rig(drivers: 3)
        let tariff = try #require(
            Tariff(
                version: 1,
                currency: .euro,
                baseMinorUnits: 300,
                perKilometerMinorUnits: 100,
                perMinuteMinorUnits: 50,
                minimumMinorUnits: 0
            )
        )
        let quote = try rig.market.quote(
            from: Samples.place(),
            to: Samples.place(north: 10_000),
            in: .standard,
            tariff: tariff,
            at: rig.now
        )
        #expect(quote.price.total.minorUnits == 300 + 1300 + 1773)
        #expect(quote.expiresAt == rig.now.plus(600))
        #expect(abs(try #require(quote.etaMilliseconds) - 212_727) < 200)
        #expect(throws: QuoteRefusal.tooLong) {
            try rig.market.quote(
                from: Samples.place(),
                to: Samples.place(north: 400_000),
                in: .standard,
                tariff: tariff,
                at: rig.now
            )
        }
    }

    @Test("those who wait are served together once a window, the first after a quiet spell at once")
    func windows() throws {
        let rig = try rig(drivers: 3)
        try rig.confirmed(Samples.request(1))
        try rig.advance(0)
        #expect(rig.shownOffers.count == 1)
        rig.now = rig.now.plus(0.5)
        try rig.confirmed(Samples.request(2, pickupAt: rig.now))
        #expect(rig.market.nextTickAt == Samples.now.plus(2))
        try rig.advance(1.499)
        #expect(rig.shownOffers.count == 1)
        try rig.advance(0.001)
        #expect(rig.shownOffers.count == 2)
        try rig.advance(2)
        rig.answer(rig.shownOffers[0], accepts: true)
        rig.answer(rig.shownOffers[1], accepts: true)
        try rig.settle()
        rig.now = rig.now.plus(10)
        try rig.confirmed(Samples.request(3, pickupAt: rig.now))
        try rig.advance(0)
        #expect(rig.shownOffers.count == 3, "nobody waited: no window either")
    }

    @Test("so many newcomers start a round before its window ends, and one fewer does not")
    func fullRound() throws {
        var policy = MarketPolicy()
        policy.matching.newcomersPerRound = 3
        let rig = MarketRig(policy: policy)
        for number in 1...8 {
            let place = Samples.place(north: 100 * Double(number))
            try rig.addDriver(Samples.record(number), at: place)
        }
        try rig.confirmed(Samples.request(1))
        try rig.advance(0)
        #expect(rig.shownOffers.count == 1)
        for number in 2...3 { try rig.confirmed(Samples.request(number)) }
        try rig.advance(0.1)
        #expect(rig.shownOffers.count == 1)
        try rig.confirmed(Samples.request(4))
        #expect(rig.market.nextTickAt == rig.now.plus(-0.1), "it is due")
        try rig.advance(0)
        #expect(rig.shownOffers.count == 4)
        // The count begins anew, and the window of this round runs from it.
        for number in 5...6 { try rig.confirmed(Samples.request(number)) }
        try rig.advance(1.999)
        #expect(rig.shownOffers.count == 4)
        try rig.advance(0.001)
        #expect(rig.shownOffers.count == 6)
    }

    @Test("where drivers are short, rounds become larger instead of more")
    func fullRoundInShortage() throws {
        var policy = MarketPolicy()
        policy.matching.newcomersPerRound = 3
        let rig = MarketRig(policy: policy)
        try rig.addDriver(Samples.record(1), at: Samples.place())
        for number in 1...6 { try rig.confirmed(Samples.request(number)) }
        try rig.advance(0)
        #expect(rig.shownOffers.count == 1, "five wait on")
        for number in 7...10 { try rig.confirmed(Samples.request(number)) }
        #expect(rig.market.nextTickAt == rig.now.plus(2), "four newcomers beside five")
        try rig.confirmed(Samples.request(11))
        #expect(rig.market.nextTickAt == rig.now)
    }

    @Test(
        "with ample supply a young request waits for a better driver, an old one takes what there is"
    )
    func reservation() throws {
        let rig = MarketRig()
        // 2,500 m are 532 s: more than the 450 that a young request takes, less than the 900 there are.
        for number in 1...8 {
            try rig.addDriver(Samples.record(number), at: Samples.place(north: 2500))
        }
        try rig.confirmed()
        try rig.advance(239.999)
        #expect(rig.shownOffers.isEmpty)
        try rig.advance(2)
        #expect(rig.shownOffers.count == 1)
    }

    @Test("with scarce supply nobody waits for a better driver")
    func scarcity() throws {
        let rig = MarketRig()
        for number in 1...7 {
            try rig.addDriver(Samples.record(number), at: Samples.place(north: 2500))
        }
        try rig.confirmed()
        try rig.advance(0)
        #expect(rig.shownOffers.count == 1)
    }

    @Test("a pickup of more than a quarter of an hour is never made")
    func tooFar() throws {
        let rig = MarketRig()
        // 4,231 m are 900.05 s, 4,230 m 899.8 s.
        try rig.addDriver(Samples.record(1), at: Samples.place(north: 4232))
        try rig.confirmed()
        try rig.advance(600)
        #expect(rig.shownOffers.isEmpty)
        try rig.show(1, at: Samples.place(north: 4229))
        try rig.advance(2)
        #expect(rig.shownOffers.count == 1)
    }
}
