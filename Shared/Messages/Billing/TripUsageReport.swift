package import Model
package import Money
package import Timekeeping
package import WireFormat

/// Dispatch reports a completed trip (service 5, method 1): what commission is counted from. A trip
/// is counted once for ever.
///
/// Block, 91 bytes, little-endian:
///
///     offset  size  field                 type
///          0    16  trip                  id trp
///         16    16  booking               id bk
///         32    16  partner               id ptn
///         48    16  driver                id drv
///         64     8  completedAt           time
///         72     8  fareMinorUnits        i64               0 or more
///         80     2  currency              currency
///         82     4  distanceMeters        u32
///         86     4  durationMilliseconds  u32
///         90     1  vehicleClass          VehicleClassCode
package struct TripUsageReport: WireMessage {
    package static var name: StaticString { "TripUsageReport" }
    package static var blockByteCount: Int { 91 }

    /// The trip.
    package var trip = TripID.none
    /// The booking.
    package var booking = BookingID.none
    /// Who booked.
    package var partner = PartnerID.none
    /// Who drove.
    package var driver = DriverID.none
    /// When it was completed, business time: decides the month.
    package var completedAt = WallTime.none
    /// What the payer pays, tax inside.
    package var fareMinorUnits: Int64 = 0
    /// What the amounts are counted in; `nil` is refused by the service.
    package var currency: Currency?
    /// The length of the ride.
    package var distanceMeters: UInt32 = 0
    /// The time of the ride.
    package var durationMilliseconds: UInt32 = 0
    /// What kind of vehicle was promised.
    package var vehicleClass = WireEnum<VehicleClassCode>.unspecified
    package var unknown = UnknownFields()

    package init() {}

    package mutating func walk<Fields: FieldCoder & ~Copyable & ~Escapable>(
        _ fields: inout Fields
    ) throws(WireError) {
        try fields.id("trip", &trip)
        try fields.id("booking", &booking)
        try fields.id("partner", &partner)
        try fields.id("driver", &driver)
        try fields.time("completedAt", &completedAt)
        try fields.number("fareMinorUnits", &fareMinorUnits, in: 0 ... .max)
        try fields.currency("currency", &currency)
        try fields.number("distanceMeters", &distanceMeters)
        try fields.number("durationMilliseconds", &durationMilliseconds)
        try fields.enumeration("vehicleClass", &vehicleClass)
    }

    package init(decoding message: RawSpan) throws(WireError) {
        try self.init(walking: message)
    }

    package func encode(to buffer: inout OutputBuffer) throws(WireError) {
        try encode(walkingTo: &buffer)
    }
}
