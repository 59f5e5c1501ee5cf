/// How far a driver's trip has come. Raw values are fixed and never reused; 0 is "unspecified".
package enum TripProgressCode: UInt8, WireCode {
    /// He sets out for the pickup.
    case enRoute = 1
    /// He stands at the pickup.
    case arrived = 2
    /// The passenger got in.
    case started = 3
    /// The passenger is where he wanted to be.
    case completed = 4
    /// The passenger did not come.
    case noShow = 5
    /// He gives the trip back.
    case withdrawn = 6

    package static var wireName: String { "TripProgressCode" }
}
