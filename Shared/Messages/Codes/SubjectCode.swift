/// What kind of subject a token speaks for. Raw values are fixed and never reused; 0 is
/// "unspecified".
package enum SubjectCode: UInt8, WireCode {
    /// A partner, by its API key.
    case partner = 1
    /// A driver.
    case driver = 2
    /// A person of the fleet or the operator.
    case person = 3
    /// A service on its own account.
    case service = 4

    package static var wireName: String { "SubjectCode" }
}
