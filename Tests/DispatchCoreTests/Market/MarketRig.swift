import Geo
import Model
import Money
import Timekeeping

@testable import DispatchCore

/// A market with a store that keeps what a real one would: rows by compare-and-set, drivers engaged once, events,
/// outbox. The test decides when a decision becomes durable, and when the process dies.
final class MarketRig {
    /// What a store must never be told.
    struct Violation: Error, CustomStringConvertible {
        let description: String
    }

    var market: Market
    var now = Samples.now
    let policy: MarketPolicy
    /// The store.
    private(set) var rows: [BookingID: Booking] = [:]
    private(set) var events: [BookingID: [BookingEvent]] = [:]
    private(set) var outbox: [(booking: BookingID, command: BookingCommand)] = []
    private(set) var explanations: [OfferID: Explanation] = [:]
    private(set) var drivers: [DriverRecord] = []
    /// Decisions on their way to the store, in order.
    private(set) var unstored: [Decision] = []
    /// What left the market since the test last looked.
    var effects: [MarketEffect] = []
    var answers: [Ticket: MarketAnswer] = [:]
    private var positions: [DriverID: GeoPoint] = [:]
    private var nextTicket: UInt64 = 0

    init(policy: MarketPolicy = MarketPolicy()) {
        self.policy = policy
        market = Market(tenant: Samples.tenant, policy: policy)
    }

    func ticket() -> Ticket {
        nextTicket += 1
        return Ticket(nextTicket)
    }

    func take(_ outputs: [MarketOutput]) {
        for output in outputs {
            switch output {
            case .persist(let decision): unstored.append(decision)
            case .effect(let effect): effects.append(effect)
            case .answer(let ticket, let answer): answers[ticket] = answer
            }
        }
    }

    /// Opens a shift and puts the driver on the map.
    func addDriver(_ record: DriverRecord, at place: GeoPoint) throws {
        drivers.append(record)
        try showDriver(record, at: place)
    }

    private func showDriver(_ record: DriverRecord, at place: GeoPoint) throws {
        positions[record.driver] = place
        let slot = try market.openShift(record, at: now)
        market.move(slot, to: place, at: now)
    }

    /// Every driver's phone says again where he is, so that no fix grows old.
    func refreshFixes() {
        for record in drivers {
            guard let slot = market.board.slot(of: record.driver) else { continue }
            let place = market.board[slot].position ?? positions[record.driver]
            if let place { market.move(slot, to: place, at: now) }
        }
    }

    /// Makes the decision at `index` durable, as the one transaction that it is.
    func store(at index: Int = 0) throws -> Decision {
        let decision = unstored.remove(at: index)
        let change = decision.change
        let id = change.booking.id
        guard rows[id]?.version ?? 0 == change.expectedVersion else {
            throw Violation(description: "\(id) was decided on an old version")
        }
        if let driver = change.booking.engagedDriver,
            let other = rows.values.first(where: { $0.id != id && $0.engagedDriver == driver })
        {
            throw Violation(description: "\(driver) has both \(other.id) and \(id)")
        }
        if let event = change.event {
            guard event.sequence == UInt64((events[id] ?? []).count) + 1 else {
                throw Violation(description: "\(id) skips to event \(event.sequence)")
            }
            events[id, default: []].append(event)
        }
        for command in change.commands {
            guard !outbox.contains(where: { $0.command.key == command.key }) else {
                throw Violation(description: "\(command.key) is wished for twice")
            }
            outbox.append((id, command))
        }
        if let offer = change.shownOffer { explanations[offer.id] = decision.explanation }
        rows[id] = change.booking
        return decision
    }

    /// Stores the decision at `index` and tells the market.
    func commit(at index: Int = 0) throws {
        let decision = try store(at: index)
        take(market.committed(decision.id, at: now))
    }

    /// Loses the decision at `index` and tells the market.
    func abandon(at index: Int = 0) {
        let decision = unstored.remove(at: index)
        take(market.abandoned(decision.id, at: now))
    }

    /// Loses what is on its way; the test tells the market.
    func dropUnstored() {
        unstored = []
    }

    /// Stores until nothing is on its way.
    func settle() throws {
        while !unstored.isEmpty { try commit() }
    }

    /// Lets time pass, looks at the clock, and stores what follows.
    func advance(_ seconds: Double) throws {
        now = now.plus(seconds)
        refreshFixes()
        take(market.tick(at: now))
        try settle()
    }

    /// The process dies: what was not stored is lost, and so is every effect not yet performed.
    func crashAndRestart() throws {
        unstored = []
        effects = []
        answers = [:]
        market = Market(tenant: Samples.tenant, policy: policy)
        let open = rows.values.filter { !$0.isFinal }
        take(try market.restore(Array(open), at: now))
        for record in drivers {
            try showDriver(record, at: positions[record.driver] ?? Samples.place())
        }
    }

    // MARK: What people and services do

    @discardableResult
    func create(_ request: BookingRequest) -> Ticket {
        let ticket = ticket()
        take(market.create(request, ticket: ticket, at: now))
        return ticket
    }

    /// Creates a booking whose money is held, and stores both steps.
    func confirmed(_ request: BookingRequest = Samples.request()) throws {
        create(request)
        try settle()
        say(BookingInput(.authorised, by: .payments), of: request.booking)
        try settle()
    }

    @discardableResult
    func say(_ input: BookingInput, of booking: BookingID = Samples.booking(1)) -> Ticket {
        let ticket = ticket()
        take(market.apply(input, to: booking, ticket: ticket, at: now))
        return ticket
    }

    @discardableResult
    func answer(_ offer: OpenOffer, accepts: Bool) -> Ticket {
        let ticket = ticket()
        let answer = OfferAnswer(offer: offer.id, driver: offer.driver, accepts: accepts)
        take(market.answer(answer, ticket: ticket, at: now))
        return ticket
    }

    /// The offers shown since the test last looked at the effects.
    var shownOffers: [OpenOffer] {
        effects.compactMap {
            if case .showOffer(let offer, _) = $0 { offer } else { nil }
        }
    }

    var withdrawals: [Withdrawal] {
        effects.compactMap {
            if case .withdraw(let withdrawal) = $0 { withdrawal } else { nil }
        }
    }

    func state(_ number: Int = 1) -> BookingState? { rows[Samples.booking(number)]?.state }

    func wishes(_ number: Int = 1) -> [BookingCommand.Wish] {
        outbox.filter { $0.booking == Samples.booking(number) }.map(\.command.wish)
    }

    func activity(_ number: Int) -> DriverActivity? {
        market.board.slot(of: Samples.driver(number)).map { market.board[$0].activity }
    }

    func position(_ number: Int) -> GeoPoint? {
        market.board.slot(of: Samples.driver(number)).flatMap { market.board[$0].position }
    }

    /// A fix of a driver's phone.
    func show(_ number: Int, at place: GeoPoint) throws {
        guard let slot = market.board.slot(of: Samples.driver(number)) else {
            throw Violation(description: "driver \(number) has no slot")
        }
        market.move(slot, to: place, at: now)
    }

    var availableCount: Int { market.board.availableCount }
}
