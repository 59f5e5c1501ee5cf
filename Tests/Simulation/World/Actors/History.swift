internal import DispatchCore
internal import Model

/// How something that a client asked for ended, as far as he can know.
enum ActOutcome: String {
    case pending, done, refused, unknown
}

/// What a partner asked for: noted before it is sent, and again when its end is known.
struct PartnerAct {
    let key: String
    let kind: PartnerRequest.Kind
    /// The booking that was made, once that is known, or the one to cancel.
    var booking: BookingID?
    var outcome = ActOutcome.pending
}

/// What a driver said.
struct DriverAct {
    let driver: DriverID
    let booking: BookingID
    let step: BookingStep
    var outcome = ActOutcome.pending
}

/// All that clients noted.
struct History {
    var partners: [PartnerAct] = []
    var drivers: [DriverAct] = []
}
