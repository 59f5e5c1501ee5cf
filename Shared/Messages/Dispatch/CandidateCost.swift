package import Model
package import WireFormat

/// What one driver would have cost one request, milliseconds of wait.
///
/// Element, 36 bytes, little-endian:
///
///     offset  size  field                type
///          0    16  driver               id drv
///         16     4  etaMilliseconds      i32
///         20     4  ratingMilliseconds   i32
///         24     4  upgradeMilliseconds  i32
///         28     4  idleMilliseconds     i32
///         32     4  ageMilliseconds      i32
package struct CandidateCost: WireElement {
    package static var name: StaticString { "CandidateCost" }
    package static var byteCount: Int { 36 }

    /// Who.
    package var driver = DriverID.none
    /// The drive to the pickup.
    package var etaMilliseconds: Int32 = 0
    /// For a low rating.
    package var ratingMilliseconds: Int32 = 0
    /// For a better class than asked.
    package var upgradeMilliseconds: Int32 = 0
    /// For time without a trip; 0 or less.
    package var idleMilliseconds: Int32 = 0
    /// For the request's age; 0 or less.
    package var ageMilliseconds: Int32 = 0

    package init() {}

    package mutating func walk<Fields: ScalarCoder & ~Copyable & ~Escapable>(
        _ fields: inout Fields
    ) throws(WireError) {
        try fields.id("driver", &driver)
        try fields.number("etaMilliseconds", &etaMilliseconds)
        try fields.number("ratingMilliseconds", &ratingMilliseconds)
        try fields.number("upgradeMilliseconds", &upgradeMilliseconds)
        try fields.number("idleMilliseconds", &idleMilliseconds)
        try fields.number("ageMilliseconds", &ageMilliseconds)
    }
}
