/// What a zone is for. Raw values are fixed and never reused; 0 is "unspecified".
package enum ZonePurposeCode: UInt8, WireCode {
    /// Where the fleet may pick up.
    case licence = 1
    /// A unit of matching.
    case market = 2
    /// An airport, with its queue.
    case airport = 3
    /// A venue of an event.
    case venue = 4
    /// Where nobody may pick up.
    case restricted = 5

    package static var wireName: String { "ZonePurposeCode" }
}
