package import Model
package import Timekeeping

/// One fleet's bookings and drivers in one market: the single place where anything about them is decided.
///
/// Decide, store, then tell. Every call decides at most one step a booking and returns it as `persist`; the
/// booking is then held, and nothing of the step is visible, until the server reports what became of the
/// transaction. Steps of the same booking that come in meanwhile wait behind it in order; all other bookings go on,
/// so hundreds of decisions share one commit. README.md has the reasons.
package struct Market: ~Copyable {
    /// A booking with what is under way for it.
    struct Slot {
        /// As it is stored.
        var booking: Booking
        /// The step that is being stored.
        var pending: Pending?
        /// Steps that came in since, in order.
        var waiting: [WaitingStep] = []
        /// Whether its name is in the queue of those that matching serves.
        var isQueued = false
    }

    struct Pending {
        let decision: DecisionID
        let change: BookingChange
        let ticket: Ticket?
    }

    struct WaitingStep {
        let input: BookingInput
        let ticket: Ticket?
    }

    /// Whose market it is.
    package let tenant: TenantID
    /// The rules; a change holds from the next decision on.
    package let policy: MarketPolicy
    /// Where drivers are and what they do.
    package internal(set) var board: DriverBoard
    let travel: any TravelModel
    var matcher: Matcher
    var offers = OfferBook()
    var slots: [BookingID: Slot] = [:]
    /// Which booking a decision is about.
    var bookingOfDecision: [DecisionID: BookingID] = [:]
    var deadlines = DeadlineQueue()
    /// Bookings without a driver, in the order in which the search began; those that found one are dropped in
    /// the next round.
    var searching: [SearchingBooking] = []
    var lastRoundAt: WallTime?
    /// Who has joined `searching` since the last round.
    var newcomerCount = 0
    /// Whom the last round found nobody for.
    var unservedCount = 0
    var nextDecision: UInt64 = 1

    struct SearchingBooking {
        let booking: BookingID
        let since: WallTime
    }

    /// An empty market.
    ///
    /// - Parameters:
    ///   - policy: In range (`MarketPolicy.isInRange`), which whoever reads it from outside has checked.
    ///   - travel: Where estimates come from.
    package init(
        tenant: TenantID,
        policy: MarketPolicy = MarketPolicy(),
        travel: any TravelModel = StraightLineTravel.standard
    ) {
        precondition(policy.isInRange, "A policy is checked where it is read.")
        self.tenant = tenant
        self.policy = policy
        self.travel = travel
        board = DriverBoard(driversMax: policy.driversMax)
        matcher = Matcher(policy: policy.matching, travel: travel)
    }

    /// The booking as it is stored, while it is open here.
    package func booking(_ id: BookingID) -> Booking? {
        guard let slot = slots[id], slot.booking.version > 0 else { return nil }
        return slot.booking
    }

    /// How many bookings are open, those being stored for the first time among them.
    package var openBookingCount: Int { slots.count }

    /// The booking that asks or binds `driver`.
    package func engagement(of driver: DriverID) -> BookingID? {
        offers.engagement(of: driver)
    }

    /// When `tick` has something to do; `nil` where nothing is due at any time.
    package var nextTickAt: WallTime? {
        let deadline = deadlines.first?.at
        guard let round = nextRoundAt else { return deadline }
        return min(deadline ?? round, round)
    }
}
