/// What a signed token is. Raw values are fixed and never reused; 0 is "unspecified".
package enum TokenCode: UInt8, WireCode {
    /// A `CallerToken`.
    case caller = 1
    /// A `DriverToken`.
    case driver = 2

    package static var wireName: String { "TokenCode" }
}
