package import Geo
package import Model
package import Money
package import Timekeeping
package import WireFormat

/// A booking as it stands (answer of service 3, methods 2, 3 and 4).
///
/// Block, 223 bytes, little-endian:
///
///     offset  size  field                      type
///          0    16  booking                    id bk
///         16     8  tenant                     u64
///         24    16  quote                      id qt
///         40    16  partner                    id ptn
///         56    16  trip                       id trp
///         72    16  driver                     id drv
///         88    16  vehicle                    id veh
///        104    16  payment                    id pay
///        120     8  sequence                   u64
///        128     8  createdAt                  time
///        136     8  updatedAt                  time
///        144     8  pickupAt                   time
///        152     4  pickupLatitudeE7           i32                -900 000 000 ... 900 000 000
///        156     4  pickupLongitudeE7          i32                -1 800 000 000 ... 1 800 000 000
///        160     4  dropOffLatitudeE7          i32                -900 000 000 ... 900 000 000
///        164     4  dropOffLongitudeE7         i32                -1 800 000 000 ... 1 800 000 000
///        168     4  driverPositionLatitudeE7   i32                -900 000 000 ... 900 000 000
///        172     4  driverPositionLongitudeE7  i32                -1 800 000 000 ... 1 800 000 000
///        176     8  driverPositionAt           time
///        184     4  pickupMilliseconds         i32                -1 or more
///        188     8  priceMinorUnits            i64                0 or more
///        196     8  capturedMinorUnits         i64                0 or more
///        204     2  currency                   currency
///        206     4  tariffVersion              u32
///        210     4  distanceMeters             u32
///        214     4  durationMilliseconds       u32
///        218     1  state                      BookingState
///        219     1  reason                     BookingReasonCode
///        220     1  actor                      BookingActorCode
///        221     1  vehicleClass               VehicleClassCode
///        222     1  passengerCount             u8                 0 ... 64
///
/// Tails:
///
///        tag  tail                type                at most
///          1  passengerReference  text                128 bytes
///          2  pickupLabel         text                200 bytes
///          3  dropOffLabel        text                200 bytes
///          4  partnerReference    text                64 bytes
///          5  driverName          text                80 bytes
///          6  vehiclePlate        text                16 bytes
///          7  vehicleModel        text                64 bytes
///          8  explanation         text                2 000 bytes
///          9  candidates          list CandidateCost  16 elements
///         10  note                text                200 bytes
package struct BookingSnapshot: WireMessage {
    package static var name: StaticString { "BookingSnapshot" }
    package static var blockByteCount: Int { 223 }

    /// The booking.
    package var booking = BookingID.none
    /// The fleet.
    package var tenant = TenantID.none
    /// Its quote; "none" where there was none.
    package var quote = QuoteID.none
    /// Who booked.
    package var partner = PartnerID.none
    /// The trip; "none" until a driver is assigned.
    package var trip = TripID.none
    /// Who drives; "none" until one is assigned.
    package var driver = DriverID.none
    /// With which vehicle; "none" until one is assigned.
    package var vehicle = VehicleID.none
    /// Its payment.
    package var payment = PaymentID.none
    /// How many events the booking has had, without gaps.
    package var sequence: UInt64 = 0
    /// When it came into being, business time.
    package var createdAt = WallTime.none
    /// When its last event happened, business time.
    package var updatedAt = WallTime.none
    /// When the ride is to start; "none" is as soon as possible.
    package var pickupAt = WallTime.none
    /// Where the ride starts.
    package var pickup = GeoPoint.zero
    /// Where it ends.
    package var dropOff = GeoPoint.zero
    /// Where the driver was at `driverPositionAt`.
    package var driverPosition = GeoPoint.zero
    /// When he was there; "none" where nothing is known.
    package var driverPositionAt = WallTime.none
    /// The time until the driver is at the pickup; -1 where that says nothing.
    package var pickupMilliseconds: Int32 = -1
    /// The price that was promised.
    package var priceMinorUnits: Int64 = 0
    /// What was taken so far.
    package var capturedMinorUnits: Int64 = 0
    /// What the amounts are counted in.
    package var currency: Currency?
    /// The tariff that the price comes from.
    package var tariffVersion: UInt32 = 0
    /// The length of the ride that was priced.
    package var distanceMeters: UInt32 = 0
    /// The time of the ride that was priced.
    package var durationMilliseconds: UInt32 = 0
    /// Where it stands.
    package var state = WireEnum<BookingState>.unspecified
    /// Why it ended or lost its driver.
    package var reason = WireEnum<BookingReasonCode>.unspecified
    /// On whose word the last event happened.
    package var actor = WireEnum<BookingActorCode>.unspecified
    /// What kind of vehicle was promised.
    package var vehicleClass = WireEnum<VehicleClassCode>.unspecified
    /// How many ride; 0 is not said.
    package var passengerCount: UInt8 = 0
    /// The partner's name for the passenger.
    package var passengerReference = ""
    /// The pickup in words.
    package var pickupLabel = ""
    /// The drop-off in words.
    package var dropOffLabel = ""
    /// The partner's own number for the booking.
    package var partnerReference = ""
    /// What the passenger calls the driver.
    package var driverName = ""
    /// The number plate.
    package var vehiclePlate = ""
    /// Make, model and colour.
    package var vehicleModel = ""
    /// Why this driver, in words.
    package var explanation = ""
    /// The one asked, then the others by cost.
    package var candidates: [CandidateCost] = []
    /// Why it ended, in words.
    package var note = ""
    package var unknown = UnknownFields()

    package init() {}

    package mutating func walk<Fields: FieldCoder & ~Copyable & ~Escapable>(
        _ fields: inout Fields
    ) throws(WireError) {
        try fields.id("booking", &booking)
        try fields.tenant("tenant", &tenant)
        try fields.id("quote", &quote)
        try fields.id("partner", &partner)
        try fields.id("trip", &trip)
        try fields.id("driver", &driver)
        try fields.id("vehicle", &vehicle)
        try fields.id("payment", &payment)
        try fields.number("sequence", &sequence)
        try fields.time("createdAt", &createdAt)
        try fields.time("updatedAt", &updatedAt)
        try fields.time("pickupAt", &pickupAt)
        try fields.point("pickupLatitudeE7", "pickupLongitudeE7", &pickup)
        try fields.point("dropOffLatitudeE7", "dropOffLongitudeE7", &dropOff)
        try fields.point("driverPositionLatitudeE7", "driverPositionLongitudeE7", &driverPosition)
        try fields.time("driverPositionAt", &driverPositionAt)
        try fields.number("pickupMilliseconds", &pickupMilliseconds, in: -1 ... .max)
        try fields.number("priceMinorUnits", &priceMinorUnits, in: 0 ... .max)
        try fields.number("capturedMinorUnits", &capturedMinorUnits, in: 0 ... .max)
        try fields.currency("currency", &currency)
        try fields.number("tariffVersion", &tariffVersion)
        try fields.number("distanceMeters", &distanceMeters)
        try fields.number("durationMilliseconds", &durationMilliseconds)
        try fields.enumeration("state", &state)
        try fields.enumeration("reason", &reason)
        try fields.enumeration("actor", &actor)
        try fields.enumeration("vehicleClass", &vehicleClass)
        try fields.number("passengerCount", &passengerCount, in: 0...64)
        try fields.text(1, "passengerReference", &passengerReference, maxByteCount: 128)
        try fields.text(2, "pickupLabel", &pickupLabel, maxByteCount: 200)
        try fields.text(3, "dropOffLabel", &dropOffLabel, maxByteCount: 200)
        try fields.text(4, "partnerReference", &partnerReference, maxByteCount: 64)
        try fields.text(5, "driverName", &driverName, maxByteCount: 80)
        try fields.text(6, "vehiclePlate", &vehiclePlate, maxByteCount: 16)
        try fields.text(7, "vehicleModel", &vehicleModel, maxByteCount: 64)
        try fields.text(8, "explanation", &explanation, maxByteCount: 2000)
        try fields.list(9, "candidates", &candidates, maxCount: 16)
        try fields.text(10, "note", &note, maxByteCount: 200)
    }

    package init(decoding message: RawSpan) throws(WireError) {
        try self.init(walking: message)
    }

    package func encode(to buffer: inout OutputBuffer) throws(WireError) {
        try encode(walkingTo: &buffer)
    }
}
