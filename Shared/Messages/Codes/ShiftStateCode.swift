/// Whether a shift is open. Raw values are fixed and never reused; 0 is "unspecified".
package enum ShiftStateCode: UInt8, WireCode {
    /// The driver is on duty.
    case open = 1
    /// He is not any more.
    case closed = 2

    package static var wireName: String { "ShiftStateCode" }
}
