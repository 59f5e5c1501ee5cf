package import Geo
package import Model
package import Money
package import Timekeeping
package import WireFormat

/// Books a ride (service 3, method 2). The booking's id is made by the gateway before the first
/// effect, so a retry names the same one.
///
/// Block, 124 bytes, little-endian:
///
///     offset  size  field                 type
///          0    16  booking               id bk
///         16    16  quote                 id qt
///         32    16  partner               id ptn
///         48    16  paymentMethod         id pm
///         64     4  pickupLatitudeE7      i32               -900 000 000 ... 900 000 000
///         68     4  pickupLongitudeE7     i32               -1 800 000 000 ... 1 800 000 000
///         72     4  dropOffLatitudeE7     i32               -900 000 000 ... 900 000 000
///         76     4  dropOffLongitudeE7    i32               -1 800 000 000 ... 1 800 000 000
///         80     8  pickupAt              time
///         88     8  requestedAt           time
///         96     8  priceMinorUnits       i64               0 or more
///        104     2  currency              currency
///        106     4  tariffVersion         u32
///        110     4  distanceMeters        u32
///        114     4  durationMilliseconds  u32
///        118     4  patienceSeconds       u32               0 ... 86 400
///        122     1  vehicleClass          VehicleClassCode
///        123     1  passengerCount        u8                0 ... 64
///
/// Tails:
///
///        tag  tail                type  at most
///          1  passengerReference  text  128 bytes
///          2  pickupLabel         text  200 bytes
///          3  dropOffLabel        text  200 bytes
///          4  partnerReference    text  64 bytes
///          5  driverNote          text  500 bytes
package struct CreateBookingRequest: WireMessage {
    package static var name: StaticString { "CreateBookingRequest" }
    package static var blockByteCount: Int { 124 }

    /// The booking to be.
    package var booking = BookingID.none
    /// The quote that was shown; "none" where there was none.
    package var quote = QuoteID.none
    /// Who books.
    package var partner = PartnerID.none
    /// Who pays: a vaulted method.
    package var paymentMethod = PaymentMethodID.none
    /// Where the ride starts.
    package var pickup = GeoPoint.zero
    /// Where it ends.
    package var dropOff = GeoPoint.zero
    /// When, business time; "none" is as soon as possible.
    package var pickupAt = WallTime.none
    /// When the partner asked, business time.
    package var requestedAt = WallTime.none
    /// The price that was promised.
    package var priceMinorUnits: Int64 = 0
    /// What the amounts are counted in; `nil` is refused by the service.
    package var currency: Currency?
    /// The tariff that the price comes from.
    package var tariffVersion: UInt32 = 0
    /// The length of the ride that was priced.
    package var distanceMeters: UInt32 = 0
    /// The time of the ride that was priced.
    package var durationMilliseconds: UInt32 = 0
    /// How long the rider waits for a driver to be found; 0 takes the fleet's rule.
    package var patienceSeconds: UInt32 = 0
    /// What kind of vehicle; unspecified is `standard`.
    package var vehicleClass = WireEnum<VehicleClassCode>.unspecified
    /// How many ride; 0 is not said.
    package var passengerCount: UInt8 = 0
    /// The partner's name for the passenger; not a person's name.
    package var passengerReference = ""
    /// The pickup in words, for the driver.
    package var pickupLabel = ""
    /// The drop-off in words, for the driver.
    package var dropOffLabel = ""
    /// The partner's own number for the booking.
    package var partnerReference = ""
    /// A note to the driver.
    package var driverNote = ""
    package var unknown = UnknownFields()

    package init() {}

    package mutating func walk<Fields: FieldCoder & ~Copyable & ~Escapable>(
        _ fields: inout Fields
    ) throws(WireError) {
        try fields.id("booking", &booking)
        try fields.id("quote", &quote)
        try fields.id("partner", &partner)
        try fields.id("paymentMethod", &paymentMethod)
        try fields.point("pickupLatitudeE7", "pickupLongitudeE7", &pickup)
        try fields.point("dropOffLatitudeE7", "dropOffLongitudeE7", &dropOff)
        try fields.time("pickupAt", &pickupAt)
        try fields.time("requestedAt", &requestedAt)
        try fields.number("priceMinorUnits", &priceMinorUnits, in: 0 ... .max)
        try fields.currency("currency", &currency)
        try fields.number("tariffVersion", &tariffVersion)
        try fields.number("distanceMeters", &distanceMeters)
        try fields.number("durationMilliseconds", &durationMilliseconds)
        try fields.number("patienceSeconds", &patienceSeconds, in: 0...86_400)
        try fields.enumeration("vehicleClass", &vehicleClass)
        try fields.number("passengerCount", &passengerCount, in: 0...64)
        try fields.text(1, "passengerReference", &passengerReference, maxByteCount: 128)
        try fields.text(2, "pickupLabel", &pickupLabel, maxByteCount: 200)
        try fields.text(3, "dropOffLabel", &dropOffLabel, maxByteCount: 200)
        try fields.text(4, "partnerReference", &partnerReference, maxByteCount: 64)
        try fields.text(5, "driverNote", &driverNote, maxByteCount: 500)
    }

    package init(decoding message: RawSpan) throws(WireError) {
        try self.init(walking: message)
    }

    package func encode(to buffer: inout OutputBuffer) throws(WireError) {
        try encode(walkingTo: &buffer)
    }
}
