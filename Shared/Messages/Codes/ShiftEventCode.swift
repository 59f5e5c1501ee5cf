/// What a message of the shift stream is. Raw values are fixed and never reused; 0 is
/// "unspecified".
package enum ShiftEventCode: UInt8, WireCode {
    /// A shift.
    case shift = 1
    /// All open shifts were sent; what follows is live.
    case snapshotComplete = 2

    package static var wireName: String { "ShiftEventCode" }
}
