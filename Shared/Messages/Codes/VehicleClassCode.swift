/// What kind of vehicle a passenger is promised. Raw values are fixed and never reused; 0 is
/// "unspecified".
package enum VehicleClassCode: UInt8, WireCode {
    /// Four seats, any make.
    case standard = 1
    /// A better car.
    case business = 2
    /// The best.
    case first = 3
    /// For groups and luggage.
    case van = 4

    package static var wireName: String { "VehicleClassCode" }
}
