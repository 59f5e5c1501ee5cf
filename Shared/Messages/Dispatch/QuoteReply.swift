package import Money
package import Timekeeping
package import WireFormat

/// A price and what it is made of (answer of service 3, method 1).
///
/// Block, 66 bytes, little-endian:
///
///     offset  size  field                        type
///          0     8  totalMinorUnits              i64       0 or more
///          8     8  baseMinorUnits               i64       0 or more
///         16     8  distanceMinorUnits           i64       0 or more
///         24     8  timeMinorUnits               i64       0 or more
///         32     8  minimumSupplementMinorUnits  i64       0 or more
///         40     2  currency                     currency
///         42     4  distanceMeters               u32
///         46     4  durationMilliseconds         u32
///         50     4  pickupMilliseconds           i32       -1 or more
///         54     4  tariffVersion                u32
///         58     8  expiresAt                    time
package struct QuoteReply: WireMessage {
    package static var name: StaticString { "QuoteReply" }
    package static var blockByteCount: Int { 66 }

    /// The price: the sum of the four items.
    package var totalMinorUnits: Int64 = 0
    /// Charged for every ride.
    package var baseMinorUnits: Int64 = 0
    /// Charged for the distance.
    package var distanceMinorUnits: Int64 = 0
    /// Charged for the time.
    package var timeMinorUnits: Int64 = 0
    /// What was missing to the least that a ride costs.
    package var minimumSupplementMinorUnits: Int64 = 0
    /// What the amounts are counted in.
    package var currency: Currency?
    /// The length of the ride by road.
    package var distanceMeters: UInt32 = 0
    /// The time of the ride.
    package var durationMilliseconds: UInt32 = 0
    /// The time until the nearest free driver could be there; -1 where none is in sight.
    package var pickupMilliseconds: Int32 = -1
    /// The tariff that the price comes from.
    package var tariffVersion: UInt32 = 0
    /// From when on the price is not promised any more, business time.
    package var expiresAt = WallTime.none
    package var unknown = UnknownFields()

    package init() {}

    package mutating func walk<Fields: FieldCoder & ~Copyable & ~Escapable>(
        _ fields: inout Fields
    ) throws(WireError) {
        try fields.number("totalMinorUnits", &totalMinorUnits, in: 0 ... .max)
        try fields.number("baseMinorUnits", &baseMinorUnits, in: 0 ... .max)
        try fields.number("distanceMinorUnits", &distanceMinorUnits, in: 0 ... .max)
        try fields.number("timeMinorUnits", &timeMinorUnits, in: 0 ... .max)
        try fields.number(
            "minimumSupplementMinorUnits",
            &minimumSupplementMinorUnits,
            in: 0 ... .max
        )
        try fields.currency("currency", &currency)
        try fields.number("distanceMeters", &distanceMeters)
        try fields.number("durationMilliseconds", &durationMilliseconds)
        try fields.number("pickupMilliseconds", &pickupMilliseconds, in: -1 ... .max)
        try fields.number("tariffVersion", &tariffVersion)
        try fields.time("expiresAt", &expiresAt)
    }

    package init(decoding message: RawSpan) throws(WireError) {
        try self.init(walking: message)
    }

    package func encode(to buffer: inout OutputBuffer) throws(WireError) {
        try encode(walkingTo: &buffer)
    }
}
