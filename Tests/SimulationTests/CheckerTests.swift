import DispatchCore
import IngestCore
import Model
import Testing

@testable import SimulationWorld

/// A booking that was driven, paid for and billed, with everything that tells of it.
struct SoundCase {
    static let booking = BookingID(bits: 11)
    static let other = BookingID(bits: 12)
    static let payment = PaymentID(bits: 21)
    static let driver = DriverID(bits: 31)
    static let secondDriver = DriverID(bits: 32)
    static let shift = ShiftID(bits: 41)
    static let secondShift = ShiftID(bits: 42)

    var history = History()
    var state = FinalState()

    init() {
        history.partners = [
            PartnerAct(key: "book-0", kind: .book, booking: Self.booking, outcome: .done)
        ]
        history.drivers = [
            BookingStep.offerAccepted, .driverEnRoute, .driverArrived, .passengerBoarded,
            .tripCompleted,
        ].map { DriverAct(driver: Self.driver, booking: Self.booking, step: $0, outcome: .done) }
        state.bookings = [Self.stored(.closed, sequence: 8)]
        state.events = [
            Self.event(1, .requested, .partner, .requested, nil),
            Self.event(2, .authorised, .payments, .confirmed, nil),
            Self.event(3, .offerAccepted, .driver, .assigned),
            Self.event(4, .driverEnRoute, .driver, .enRoute),
            Self.event(5, .driverArrived, .driver, .arrived),
            Self.event(6, .passengerBoarded, .driver, .onTrip),
            Self.event(7, .tripCompleted, .driver, .completed),
            Self.event(8, .captured, .payments, .closed),
        ]
        state.payments = [Self.paid()]
        let name = Self.payment.description
        state.holds = [
            FinalState.ProviderHold(payment: name, amount: 1000, captured: 1000, isOpen: false)
        ]
        state.captures = [FinalState.ProviderCapture(payment: name, amount: 1000, fee: 84)]
        state.ledger = FinalState.Ledger(isSound: true, receivable: 916, fee: 84, hold: 0)
        state.usage = [Self.booking]
        history.shifts = [
            ShiftAct(driver: Self.driver, shift: Self.shift, opens: true, outcome: .done)
        ]
        history.fixes = [(Self.driver, [Self.fix(1), Self.fix(2)])]
        state.shifts = [
            FinalState.Shift(shift: Self.shift, driver: Self.driver, isOpen: true)
        ]
        state.trail = [Self.fix(1), Self.fix(2)]
        state.steps = [FinalState.Step(what: "plan", isDelivered: true)]
        state.shown = [FinalState.Shown(booking: Self.booking, state: "closed", tag: "\"8\"")]
    }

    static func fix(_ sequence: UInt32) -> KeptFix {
        KeptFix(
            shift: shift,
            fix: Fix(
                measuredAt: 1_780_000_000_000 + Int64(sequence),
                latitudeE7: 377_700_000,
                longitudeE7: -1_224_200_000,
                sequence: sequence,
                status: Fix.occupied
            )
        )
    }

    static func stored(
        _ state: BookingState,
        id: BookingID = booking,
        reference: String = "book-0",
        sequence: UInt64
    ) -> FinalState.Booking {
        FinalState.Booking(
            id: id,
            reference: reference,
            state: state,
            sequence: sequence,
            price: 1000,
            absenceFee: 400,
            payment: payment
        )
    }

    static func event(
        _ sequence: UInt64,
        _ step: BookingStep,
        _ actor: BookingActor,
        _ state: BookingState,
        _ driver: DriverID? = driver,
        of booking: BookingID = booking
    ) -> FinalState.Event {
        FinalState.Event(
            booking: booking,
            sequence: sequence,
            step: step,
            actor: actor,
            state: state,
            driver: driver
        )
    }

    static func paid(
        authorised: Int64 = 1000,
        captured: Int64 = 1000,
        refunded: Int64 = 0,
        captureCount: Int = 1,
        isHolding: Bool = false
    ) -> FinalState.Payment {
        FinalState.Payment(
            id: payment,
            booking: booking,
            amount: 1000,
            authorised: authorised,
            captured: captured,
            refunded: refunded,
            captureCount: captureCount,
            fee: 84,
            isHolding: isHolding
        )
    }

    var findings: [String] {
        BookingChecker.findings(history, state) + TripChecker.findings(state)
            + MoneyChecker.findings(state) + ShiftChecker.findings(history, state)
            + GatewayChecker.findings(history, state)
    }
}

@Suite("What the checkers notice")
struct CheckerTests {
    @Test("a sound trip has no findings")
    func sound() {
        #expect(SoundCase().findings == [])
    }

    /// One thing made wrong, and a part of what must be said of it.
    struct Damage: Sendable, CustomStringConvertible {
        let description: String
        let finding: String
        let apply: @Sendable (inout SoundCase) -> Void

        init(
            _ description: String,
            _ finding: String,
            _ apply: @escaping @Sendable (inout SoundCase) -> Void
        ) {
            self.description = description
            self.finding = finding
            self.apply = apply
        }
    }

    private static let bookingDamage: [Damage] = [
        Damage("an acknowledged booking is gone", "is lost") {
            $0.state.bookings = []
        },
        Damage("it is there twice", "is there 2 times") {
            $0.state.bookings.append(
                SoundCase.stored(.cancelled, id: SoundCase.other, sequence: 0)
            )
        },
        Damage("it is another one", "was acknowledged as") {
            $0.history.partners[0].booking = SoundCase.other
        },
        Damage("a refused booking is there", "was refused and is there") {
            $0.history.partners[0].outcome = .refused
        },
        Damage("nobody asked for it", "asked for by nobody") {
            $0.history.partners = []
        },
        Damage("an acknowledged cancellation did not happen", "happened 0 times") {
            $0.history.partners.append(
                PartnerAct(key: "c", kind: .cancel, booking: SoundCase.booking, outcome: .done)
            )
        },
        Damage("an acknowledged step of a driver did not happen", "did not happen") {
            $0.history.drivers.append(
                DriverAct(
                    driver: SoundCase.driver,
                    booking: SoundCase.booking,
                    step: .driverWithdrawn,
                    outcome: .done
                )
            )
        },
        Damage("a refused step of a driver happened", "acknowledged 0 times, happened 1") {
            $0.history.drivers[0].outcome = .refused
        },
        Damage("a closed trip is not billed", "billed 0 times") { $0.state.usage = [] },
        Damage("it is billed twice", "billed 2 times") {
            $0.state.usage.append(SoundCase.booking)
        },
        Damage("nothing holds its money", "has 0 payments") { $0.state.payments = [] },
    ]

    private static let edgeDamage: [Damage] = [
        Damage("one price is booked twice", "made of one quote") {
            $0.history.partners[0].quote = "qt_1"
            $0.history.partners.append(
                PartnerAct(key: "again-0", kind: .book, quote: "qt_1", outcome: .done)
            )
        },
        Damage("partners see an older state", "shown as requested") {
            $0.state.shown = [
                FinalState.Shown(booking: SoundCase.booking, state: "requested", tag: "\"1\"")
            ]
        },
        Damage("partners see what is not there", "is shown and not there") {
            $0.state.shown.append(
                FinalState.Shown(booking: SoundCase.other, state: "closed", tag: "\"8\"")
            )
        },
        Damage("a partner was told something else later", "is now answered") {
            $0.history.findings = ["C1: book-0 was answered 201 and is now answered 409"]
        },
        Damage("a step of the operator's document is missing", "zone has not arrived") {
            $0.state.steps.append(FinalState.Step(what: "zone", isDelivered: false))
        },
        Damage("the operator's document is gone", "wanted last is lost") { $0.state.steps = [] },
        Damage("an acknowledged shift is gone", "was opened and is lost") { $0.state.shifts = [] },
        Damage("a shift ended by itself", "closed by nobody") {
            $0.state.shifts = [
                FinalState.Shift(shift: SoundCase.shift, driver: SoundCase.driver, isOpen: false)
            ]
        },
        Damage("an acknowledged end of a shift did not happen", "was closed and is open") {
            $0.history.shifts.append(
                ShiftAct(
                    driver: SoundCase.driver,
                    shift: SoundCase.shift,
                    opens: false,
                    outcome: .done
                )
            )
        },
        Damage("a refused shift is there", "was refused and is there") {
            $0.history.shifts[0].outcome = .refused
        },
        Damage("a driver has two shifts", "has both") {
            $0.history.shifts.append(
                ShiftAct(
                    driver: SoundCase.driver,
                    shift: SoundCase.secondShift,
                    opens: true,
                    outcome: .done
                )
            )
            $0.state.shifts.append(
                FinalState.Shift(
                    shift: SoundCase.secondShift,
                    driver: SoundCase.driver,
                    isOpen: true
                )
            )
        },
        Damage("an acknowledged fix is in no trail", "1 fixes of") {
            $0.state.trail = [SoundCase.fix(1)]
        },
        Damage("more is missing than was refused", "2 fixes of") {
            $0.history.refusedFixCount = 1
            $0.state.trail = []
        },
    ]

    private static let tripDamage: [Damage] = [
        Damage("an event is missing", "has event 5 after 3") { $0.state.events.remove(at: 3) },
        Damage("an event is there twice", "has event 2 after 2") {
            $0.state.events.insert($0.state.events[1], at: 2)
        },
        Damage("a state goes back", "went from closed to cancelled") {
            $0.state.events.append(SoundCase.event(9, .cancelled, .partner, .cancelled))
            $0.state.bookings = [SoundCase.stored(.cancelled, sequence: 9)]
        },
        Damage("somebody else's word", "of fleet") {
            $0.state.events[1] = SoundCase.event(2, .authorised, .fleet, .confirmed, nil)
        },
        Damage("the row says something else than the feed", "is stored completed") {
            $0.state.bookings = [SoundCase.stored(.completed, sequence: 8)]
        },
        Damage("a driver has two trips", "has both") {
            $0.state.events.insert(
                contentsOf: [
                    SoundCase.event(1, .requested, .partner, .requested, nil, of: SoundCase.other),
                    SoundCase.event(
                        2,
                        .authorised,
                        .payments,
                        .confirmed,
                        nil,
                        of: SoundCase.other
                    ),
                    SoundCase.event(3, .offerAccepted, .driver, .assigned, of: SoundCase.other),
                ],
                at: 4
            )
        },
        Damage("a trip has two drivers", "has both") {
            $0.state.events.insert(
                SoundCase.event(4, .offerAccepted, .driver, .assigned, SoundCase.secondDriver),
                at: 3
            )
        },
    ]

    private static let moneyDamage: [Damage] = [
        Damage("more is taken than held", "held, 1000 taken") {
            $0.state.payments = [SoundCase.paid(authorised: 900)]
        },
        Damage("it is taken twice", "was taken 2 times") {
            $0.state.payments = [SoundCase.paid(captureCount: 2)]
        },
        Damage("more goes back than was taken", "refunded too much") {
            $0.state.payments = [SoundCase.paid(refunded: 1001)]
        },
        Damage("a hold is left", "still holds") {
            $0.state.payments = [SoundCase.paid(isHolding: true)]
        },
        Damage("another amount is due", "400 is due and 1000 taken") {
            $0.state.bookings = [SoundCase.stored(.noShow, sequence: 8)]
        },
        Damage("the provider took a cent more", "the provider took 1001") {
            let name = SoundCase.payment.description
            $0.state.captures = [FinalState.ProviderCapture(payment: name, amount: 1001, fee: 84)]
        },
        Damage("the provider kept a cent more", "fee is 85") {
            let name = SoundCase.payment.description
            $0.state.captures = [FinalState.ProviderCapture(payment: name, amount: 1000, fee: 85)]
        },
        Damage("the provider holds it twice", "holds pay_") {
            $0.state.holds.append($0.state.holds[0])
        },
        Damage("the provider took more than it held", "more of pay_") {
            let name = SoundCase.payment.description
            $0.state.holds = [
                FinalState.ProviderHold(payment: name, amount: 1000, captured: 1001, isOpen: false)
            ]
        },
        Damage("the provider still holds it", "the provider still holds") {
            let name = SoundCase.payment.description
            $0.state.holds = [
                FinalState.ProviderHold(payment: name, amount: 1000, captured: 1000, isOpen: true)
            ]
        },
        Damage("the provider knows a payment that is not ours", "no payment of ours") {
            $0.state.holds.append(
                FinalState.ProviderHold(payment: "pay_x", amount: 1, captured: 0, isOpen: false)
            )
        },
        Damage("the ledger does not add up", "does not add up") { $0.state.ledger.isSound = false },
        Damage("the ledger knows another sum", "our ledger says") {
            $0.state.ledger.receivable += 1
        },
        Damage("the ledger still holds something", "still holds 1") { $0.state.ledger.hold = 1 },
    ]

    @Test(
        "each kind of damage is named",
        arguments: bookingDamage + edgeDamage + tripDamage + moneyDamage
    )
    func damaged(damage: Damage) {
        var one = SoundCase()
        damage.apply(&one)
        #expect(one.findings.contains { $0.contains(damage.finding) }, "\(one.findings)")
    }

    @Test("what a client does not know may be there or not")
    func unknown() {
        var one = SoundCase()
        one.history.partners[0].outcome = .unknown
        #expect(one.findings == [])
        one.history.drivers[0].outcome = .unknown
        #expect(one.findings == [])
        one.history.shifts[0].outcome = .unknown
        #expect(one.findings == [])
    }

    @Test("a fix that ingest said it refused need not be in the trail")
    func refusedFix() {
        var one = SoundCase()
        one.history.refusedFixCount = 1
        one.state.trail = [SoundCase.fix(2)]
        #expect(one.findings == [])
    }
}
