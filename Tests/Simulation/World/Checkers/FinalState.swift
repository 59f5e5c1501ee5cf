internal import DispatchCore
internal import IngestCore
internal import Model

/// What is left of a run, as plain values: what the checkers judge, and what their tests make up.
struct FinalState {
    struct Booking {
        let id: BookingID
        /// The partner's own number: the key of his wish.
        let reference: String
        let state: BookingState
        let sequence: UInt64
        let price: Int64
        let absenceFee: Int64
        let payment: PaymentID
    }

    struct Event {
        let booking: BookingID
        let sequence: UInt64
        let step: BookingStep
        let actor: BookingActor
        let state: BookingState
        let driver: DriverID?
    }

    struct Payment {
        let id: PaymentID
        let booking: BookingID
        let amount: Int64
        let authorised: Int64
        let captured: Int64
        let refunded: Int64
        let captureCount: Int
        let fee: Int64
        let isHolding: Bool
    }

    struct ProviderHold {
        let payment: String
        let amount: Int64
        let captured: Int64
        let isOpen: Bool
    }

    struct ProviderCapture {
        let payment: String
        let amount: Int64
        let fee: Int64
    }

    struct Shift {
        let shift: ShiftID
        let driver: DriverID
        let isOpen: Bool
    }

    /// A command of the operator's document, at the gateway.
    struct Step {
        let what: String
        let isDelivered: Bool
    }

    /// A booking as the gateway shows it to its partner.
    struct Shown {
        let booking: BookingID
        let state: String
        /// The number of the last event, as the entity tag says it.
        let tag: String
    }

    struct Ledger {
        var isSound = true
        var receivable: Int64 = 0
        var fee: Int64 = 0
        var hold: Int64 = 0
    }

    var bookings: [Booking] = []
    /// In the order of the tenant's feed.
    var events: [Event] = []
    var payments: [Payment] = []
    var ledger = Ledger()
    var holds: [ProviderHold] = []
    var captures: [ProviderCapture] = []
    /// Bookings of the trips that billing has counted.
    var usage: [BookingID] = []
    /// All that there ever were.
    var shifts: [Shift] = []
    /// Fixes of trips that ingest has stored.
    var trail: Set<KeptFix> = []
    /// The steps of the last revision that the operator wanted.
    var steps: [Step] = []
    var shown: [Shown] = []
}
