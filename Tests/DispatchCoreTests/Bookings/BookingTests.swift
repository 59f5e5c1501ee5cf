import Model
import Money
import Testing
import Timekeeping

@testable import DispatchCore

@Suite("Booking")
struct BookingTests {
    private let now = Samples.now

    /// An input that is right in every respect but, perhaps, the state.
    private func input(_ step: BookingStep, on booking: Booking) throws -> BookingInput {
        let row = try #require(BookingTable.rows.first { $0.step == step })
        return BookingInput(
            step,
            by: try #require(row.actors.first),
            driver: booking.driver ?? booking.offer?.driver,
            offer: booking.offer?.id ?? booking.acceptedOffer,
            opening: step == .offerOpened ? Samples.offer(8) : nil
        )
    }

    @Test(
        "every step in every state moves, is acknowledged, or is refused, as the table says",
        arguments: BookingStep.allCases,
        BookingState.allCases
    )
    func exhaustive(step: BookingStep, state: BookingState) throws {
        var booking = try Samples.booking(in: state)
        let answers: [BookingStep] = [.offerAccepted, .offerDeclined, .offerExpired]
        if state == .confirmed, answers.contains(step) { booking.offer = Samples.offer() }
        booking.stateSince = now.plus(-3600)
        if step == .contactRegained { booking.reason = .outOfReach }
        // No driver is left to repeat anything once the record names none.
        if booking.driver == nil, state != .confirmed { booking.driver = Samples.driver(1) }
        let result = Result { () throws(Refusal) in
            try booking.applying(try! input(step, on: booking), at: now)
        }
        switch BookingTable.verdict(on: step, in: state) {
        case .move(let row):
            let change = try #require(try result.get())
            #expect(change.expectedVersion == 4)
            #expect(change.booking.version == 5)
            #expect(change.booking.state == row.to)
            let publishes = row.consequences.contains(.publish)
            #expect((change.event != nil) == publishes)
            #expect(change.booking.sequence == (publishes ? 3 : 2))
            #expect(change.event?.sequence ?? 3 == 3)
            #expect(change.booking.offer == nil || change.booking.state == .confirmed)
        case .acknowledge:
            #expect(try result.get() == nil)
        case .illegal:
            #expect(result == .failure(answers.contains(step) ? .offerGone : .illegalStep))
        }
    }

    @Test(
        "a step on the wrong word is refused",
        arguments: BookingTable.rows,
        BookingActor.allCases
    )
    func wrongActor(row: BookingTable.Row, actor: BookingActor) throws {
        guard !row.actors.contains(actor) else { return }
        for state in row.from + row.acknowledgedIn {
            let booking = try Samples.booking(in: state)
            #expect(throws: Refusal.wrongActor) {
                try booking.applying(BookingInput(row.step, by: actor), at: now)
            }
        }
    }

    @Test(
        "a new booking is published and its hold is wished for, under a name that does not change"
    )
    func requested() throws {
        let booking = try Booking(Samples.request(), at: now)
        let input = BookingInput(.requested, by: .partner)
        let change = try #require(try booking.applying(input, at: now))
        #expect(change.booking.state == .requested)
        #expect(change.commands.map(\.wish) == [.authorise(Samples.euros(2500))])
        #expect(change.event?.sequence == 1)
        let again = try #require(try booking.applying(input, at: now.plus(9)))
        #expect(again.commands == change.commands)
    }

    @Test("completion takes the price, records usage and lets the driver go")
    func completed() throws {
        let booking = try Samples.booking(in: .onTrip)
        let change = try #require(
            try booking.applying(.driver(Samples.driver(1), .tripCompleted), at: now)
        )
        #expect(
            change.commands.map(\.wish)
                == [.capture(Samples.euros(2500)), .recordUsage(Samples.euros(2500))]
        )
        #expect(Set(change.commands.map(\.key)).count == 2)
        #expect(change.releasedDriver == Samples.driver(1))
        #expect(change.booking.engagedDriver == nil)
        #expect(change.booking.driver == Samples.driver(1), "the record keeps who drove")
    }

    @Test("a trip whose driver is lost is at risk, which is said once, until anything else happens")
    func atRisk() throws {
        let driver = Samples.driver(1)
        let lost = BookingInput(.contactLost, by: .dispatch, driver: driver, reason: .outOfReach)
        let heard = BookingInput(.contactRegained, by: .dispatch, driver: driver)
        let before = try Samples.booking(in: .onTrip)
        #expect(!before.isAtRisk)
        #expect(try before.applying(heard, at: now) == nil, "he was never lost")
        let change = try #require(try before.applying(lost, at: now))
        let marked = change.booking
        #expect(marked.isAtRisk)
        #expect(marked.state == .onTrip)
        #expect(marked.stateSince == before.stateSince)
        #expect(marked.engagedDriver == driver, "nobody else can take it over")
        #expect(change.event?.reason == .outOfReach)
        #expect(change.commands.isEmpty)
        #expect(try marked.applying(lost, at: now) == nil, "that is known")
        let back = try #require(try marked.applying(heard, at: now))
        #expect(!back.booking.isAtRisk)
        #expect(back.booking.reason == .none)
        #expect(back.event?.step == .contactRegained)
        let done = try #require(try marked.applying(.driver(driver, .tripCompleted), at: now))
        #expect(done.booking.reason == .none)
        let given = BookingInput(.abandoned, by: .fleet, reason: .abandoned)
        let end = try #require(try marked.applying(given, at: now))
        #expect(end.booking.reason == .abandoned)
    }

    @Test("another driver can neither say nor repeat a step of this trip")
    func anotherDriver() throws {
        for state in [BookingState.assigned, .enRoute] {
            let booking = try Samples.booking(in: state)
            #expect(throws: Refusal.notThisDriver) {
                try booking.applying(.driver(Samples.driver(2), .driverEnRoute), at: now)
            }
        }
    }

    @Test("an acceptance at the expiry instant is late, one microsecond before it wins")
    func acceptanceAtExpiry() throws {
        var booking = try Samples.booking(in: .confirmed)
        let offer = Samples.offer()
        booking.offer = offer
        let yes = BookingInput.answer(
            OfferAnswer(offer: offer.id, driver: offer.driver, accepts: true)
        )
        #expect(throws: Refusal.offerLate) { try booking.applying(yes, at: offer.expiresAt) }
        let before = WallTime(microseconds: offer.expiresAt.microseconds - 1)
        let change = try #require(try booking.applying(yes, at: before))
        #expect(change.booking.state == .assigned)
        #expect(change.booking.engagedDriver == offer.driver)
        #expect(try change.booking.applying(yes, at: offer.expiresAt) == nil, "said again")
    }

    @Test("an offer can be answered only by the driver who has it")
    func foreignAnswer() throws {
        var booking = try Samples.booking(in: .confirmed)
        booking.offer = Samples.offer()
        for (offer, driver) in [(1, 2), (2, 1)] {
            let answer = OfferAnswer(
                offer: OfferID(bits: UInt128(offer)),
                driver: Samples.driver(driver),
                accepts: true
            )
            #expect(throws: Refusal.offerGone) { try booking.applying(.answer(answer), at: now) }
        }
    }

    @Test(
        "a driver who declined is not asked again within the hour, a silent one within two minutes"
    )
    func exclusions() throws {
        var booking = try Samples.booking(in: .confirmed)
        let offer = Samples.offer()
        booking.offer = offer
        let no = OfferAnswer(offer: offer.id, driver: offer.driver, accepts: false)
        let declined = try #require(try booking.applying(.answer(no), at: now)).booking
        #expect(declined.excludes(offer.driver, at: now.plus(3599.999)))
        #expect(!declined.excludes(offer.driver, at: now.plus(3600)))
        let expiry = BookingInput(.offerExpired, by: .dispatch, offer: offer.id)
        let silent = try #require(try booking.applying(expiry, at: now)).booking
        #expect(silent.excludes(offer.driver, at: now.plus(119.999)))
        #expect(!silent.excludes(offer.driver, at: now.plus(120)))
        let again = BookingInput(.offerOpened, by: .dispatch, opening: Samples.offer(2))
        #expect(throws: Refusal.driverNotFree) { try declined.applying(again, at: now) }
    }

    @Test("a trip asks 32 drivers and no more")
    func offersMax() throws {
        var booking = try Samples.booking(in: .confirmed)
        let opening = BookingInput(.offerOpened, by: .dispatch, opening: Samples.offer())
        booking.offerCount = Booking.offersMax - 1
        let last = try #require(try booking.applying(opening, at: now)).booking
        #expect(last.offerCount == Booking.offersMax)
        booking.offerCount = Booking.offersMax
        #expect(throws: Refusal.driverNotFree) { try booking.applying(opening, at: now) }
    }

    @Test("a passenger is absent only after the waiting time, on a driver's word")
    func absence() throws {
        var booking = try Samples.booking(in: .arrived)
        booking.stateSince = now
        let absent = BookingInput.driver(Samples.driver(1), .passengerAbsent)
        #expect(throws: Refusal.tooEarly) { try booking.applying(absent, at: now.plus(299.999)) }
        let change = try #require(try booking.applying(absent, at: now.plus(300)))
        #expect(change.commands.map(\.wish) == [.void])
    }

    @Test("an absent passenger owes the part of the price that the terms name")
    func absenceFee() throws {
        var terms = BookingTerms.standard
        terms.absenceFeeBasisPoints = 3333
        var booking = try Booking(
            Samples.request(price: Samples.euros(1000), terms: terms),
            at: now
        )
        booking.state = .arrived
        booking.driver = Samples.driver(1)
        let change = try #require(
            try booking.applying(BookingInput(.passengerAbsent, by: .fleet), at: now)
        )
        #expect(change.commands.map(\.wish) == [.capture(Samples.euros(333))])
    }

    @Test("a rider who loses his driver gets a whole search again")
    func patienceAfterLoss() throws {
        let booking = try Samples.booking(in: .enRoute)
        let later = now.plus(1800)
        let lost = BookingInput(.driverLost, by: .dispatch, driver: Samples.driver(1))
        let searching = try #require(try booking.applying(lost, at: later)).booking
        #expect(searching.isSearching)
        #expect(searching.patienceEndsAt == later.plus(900))
        #expect(searching.excludes(Samples.driver(1), at: later))
    }

    @Test(
        "a booking with a value out of range is refused, on both sides of each edge",
        arguments: [
            (-300.0, nil), (-300.001, Refusal.pickupTimeOutOfRange),
            (366 * 86_400.0, nil), (366 * 86_400.0 + 0.001, .pickupTimeOutOfRange),
        ] as [(Double, Refusal?)]
    )
    func pickupTime(lead: Double, refusal: Refusal?) {
        let request = Samples.request(pickupAt: now.plus(lead))
        let result = Result { () throws(Refusal) in try Booking(request, at: now) }
        switch result {
        case .success: #expect(refusal == nil)
        case .failure(let error): #expect(refusal == error)
        }
    }

    @Test("a price below zero, terms out of range and the name \"none\" are refused")
    func ranges() {
        var terms = BookingTerms.standard
        terms.patienceSeconds = 0
        var unnamed = Samples.request()
        unnamed.booking = .none
        var crowd = Samples.request()
        crowd.passengerCount = 65
        for request in [
            Samples.request(price: Samples.euros(-1)), Samples.request(terms: terms), unnamed,
            crowd,
        ] {
            #expect(throws: Refusal.outOfRange) { try Booking(request, at: now) }
        }
    }

    @Test("derived names differ by purpose, version and booking, and sort with their booking")
    func derivedNames() {
        var seen: Set<UInt128> = []
        for number in 1...50 {
            for version in UInt64(1)...20 {
                for purpose in [DerivedID.Purpose.offer, .authorise, .void, .capture, .recordUsage]
                {
                    let id: IdempotencyKey = DerivedID.make(
                        for: purpose,
                        of: Samples.booking(number),
                        version: version
                    )
                    #expect(id.bits >> 80 == Samples.booking(number).bits >> 80)
                    seen.insert(id.bits)
                }
            }
        }
        #expect(seen.count == 50 * 20 * 5)
    }
}
