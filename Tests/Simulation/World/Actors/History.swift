internal import DispatchCore
internal import IngestCore
internal import Model

/// How something that a client asked for ended, as far as he can know.
enum ActOutcome: String {
    case pending, done, refused, unknown
}

/// What a partner asked for: noted before it is sent, and again when its end is known.
struct PartnerAct {
    enum Kind { case book, cancel }

    /// The idempotency key, which is the booking's reference too.
    let key: String
    let kind: Kind
    /// The price that is booked; empty for others.
    var quote = ""
    /// The booking that was made, once that is known, or the one to cancel.
    var booking: BookingID?
    var outcome = ActOutcome.pending
}

/// What a driver said about an offer or a trip.
struct DriverAct {
    let driver: DriverID
    let booking: BookingID
    let step: BookingStep
    var outcome = ActOutcome.pending
}

/// That a driver went on or off duty.
struct ShiftAct {
    let driver: DriverID
    let shift: ShiftID
    let opens: Bool
    var outcome = ActOutcome.pending
}

/// A fix of a trip that ingest has acknowledged: the phone has forgotten it.
struct KeptFix: Hashable {
    let shift: ShiftID
    let fix: Fix
}

/// All that clients noted.
struct History {
    var partners: [PartnerAct] = []
    var drivers: [DriverAct] = []
    var shifts: [ShiftAct] = []
    /// What phones forgot.
    var fixes: [(driver: DriverID, kept: [KeptFix])] = []
    /// How many fixes ingest refused for what they say, of all phones.
    var refusedFixCount = 0
    /// What clients saw that must not be, in words of the checkers.
    var findings: [String] = []
}
