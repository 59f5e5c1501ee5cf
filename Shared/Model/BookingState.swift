/// Where a booking stands. Raw values travel on the wire and are never reused; 0 is "unspecified".
///
/// Which state may follow which, and on whose word, is one table in `DispatchCore`; the README's picture and the
/// API's enumeration are checked against it.
package enum BookingState: UInt8, Hashable, Sendable, CaseIterable {
    /// A price was shown; nothing is promised.
    case quoted = 1
    /// Accepted and durable; the payer's authorisation runs behind it.
    case requested = 2
    /// Paid for (held): a driver is being looked for.
    case confirmed = 3
    /// One driver has accepted; the binding is exclusive.
    case assigned = 4
    /// The driver is on his way to the pickup.
    case enRoute = 5
    /// The driver stands at the pickup.
    case arrived = 6
    /// The passenger is on board.
    case onTrip = 7
    /// The ride is over; capture and usage follow.
    case completed = 8
    /// Money taken and billed: nothing more will happen.
    case closed = 9
    /// The passenger did not come; the fee steps apply.
    case noShow = 10
    /// Called off by partner, fleet or passenger.
    case cancelled = 11
    /// Refused at the door: no licence for the place, or a rule of the tenant.
    case rejected = 12
    /// No driver was found before the rider's patience ended.
    case unfulfilled = 13
    /// The payer's authorisation was declined, or the system gave up with a reason.
    case failed = 14

    /// The name in the HTTP API and in the documents.
    package var text: String {
        switch self {
        case .quoted: "quoted"
        case .requested: "requested"
        case .confirmed: "confirmed"
        case .assigned: "assigned"
        case .enRoute: "en_route"
        case .arrived: "arrived"
        case .onTrip: "on_trip"
        case .completed: "completed"
        case .closed: "closed"
        case .noShow: "no_show"
        case .cancelled: "cancelled"
        case .rejected: "rejected"
        case .unfulfilled: "unfulfilled"
        case .failed: "failed"
        }
    }
}
