/// What became of one fix: the counter it goes to, and what follows from it.
///
/// Raw values index the counters and are shown by name in the metrics; they are never reused.
package enum FixVerdict: UInt8, Hashable, Sendable, CaseIterable {
    /// The newest of its vehicle: live state, the feed to dispatch, and the trail where one is kept.
    case live = 0
    /// In order of sending, but older than the newest: to the trail only, never to live state.
    case late = 1
    /// This sequence number has arrived before.
    case duplicate = 2
    /// No vehicle has this reference.
    case unknownReference = 3
    /// The driver has no open shift: refused and not stored.
    case offDuty = 4
    /// Within 0.001 degrees of (0, 0): what receivers report before they know.
    case zeroIsland = 5
    /// Latitude or longitude outside the Earth.
    case outOfRange = 6
    /// Measured more than `FixRules.futureMaxMilliseconds` ahead of our clock.
    case future = 7
    /// Measured more than `FixRules.ageMaxMilliseconds` ago.
    case tooOld = 8
    /// The stream belongs to another vehicle than the record names.
    case foreignReference = 9
    /// On a trip, while as many fixes wait for the store as may, or behind as many gaps as are remembered: shown, but
    /// the phone has to send it again.
    case deferred = 10

    /// The value of the metric's `verdict` label.
    package var text: String {
        switch self {
        case .live: "live"
        case .late: "late"
        case .duplicate: "duplicate"
        case .unknownReference: "unknown_reference"
        case .offDuty: "off_duty"
        case .zeroIsland: "zero_island"
        case .outOfRange: "out_of_range"
        case .future: "future"
        case .tooOld: "too_old"
        case .foreignReference: "foreign_reference"
        case .deferred: "deferred"
        }
    }

    /// Whether the phone may forget the fix: it was taken, or will never be.
    ///
    /// A fix of a driver off duty is not acknowledged: his shift may be about to open.
    package var isSettled: Bool {
        self != .offDuty && self != .unknownReference && self != .foreignReference
            && self != .deferred
    }

    /// Whether the fix is used: it is shown or kept.
    package var isTaken: Bool { self == .live || self == .late }
}
