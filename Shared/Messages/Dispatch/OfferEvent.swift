package import Geo
package import Model
package import Money
package import Timekeeping
package import WireFormat

/// An offer, its end, or news of the driver's trip (stream of service 3, method 6; service 2,
/// method 3).
///
/// Block, 140 bytes, little-endian:
///
///     offset  size  field                 type
///          0    16  offer                 id of
///         16    16  booking               id bk
///         32    16  trip                  id trp
///         48    16  driver                id drv
///         64     8  at                    time
///         72     8  expiresAt             time
///         80     4  answerMilliseconds    u32
///         84     8  pickupAt              time
///         92     4  pickupLatitudeE7      i32                -900 000 000 ... 900 000 000
///         96     4  pickupLongitudeE7     i32                -1 800 000 000 ... 1 800 000 000
///        100     4  dropOffLatitudeE7     i32                -900 000 000 ... 900 000 000
///        104     4  dropOffLongitudeE7    i32                -1 800 000 000 ... 1 800 000 000
///        108     4  pickupMeters          u32
///        112     4  pickupMilliseconds    u32
///        116     4  distanceMeters        u32
///        120     4  durationMilliseconds  u32
///        124     8  priceMinorUnits       i64                0 or more
///        132     2  currency              currency
///        134     1  kind                  OfferEventCode
///        135     1  end                   OfferEndCode
///        136     1  state                 BookingState
///        137     1  reason                BookingReasonCode
///        138     1  vehicleClass          VehicleClassCode
///        139     1  passengerCount        u8                 0 ... 64
///
/// Tails:
///
///        tag  tail                type  at most
///          1  pickupLabel         text  200 bytes
///          2  dropOffLabel        text  200 bytes
///          3  passengerReference  text  128 bytes
///          4  driverNote          text  500 bytes
package struct OfferEvent: WireMessage {
    package static var name: StaticString { "OfferEvent" }
    package static var blockByteCount: Int { 140 }

    /// The offer; "none" with news of a trip.
    package var offer = OfferID.none
    /// The booking.
    package var booking = BookingID.none
    /// The trip; "none" until it is his.
    package var trip = TripID.none
    /// Whose stream this is for.
    package var driver = DriverID.none
    /// When, business time.
    package var at = WallTime.none
    /// By when the answer has to be here, business time.
    package var expiresAt = WallTime.none
    /// How much real time is left for the answer, when sent.
    package var answerMilliseconds: UInt32 = 0
    /// When the ride is to start; "none" is as soon as possible.
    package var pickupAt = WallTime.none
    /// Where the ride starts.
    package var pickup = GeoPoint.zero
    /// Where it ends.
    package var dropOff = GeoPoint.zero
    /// How far the pickup is by road.
    package var pickupMeters: UInt32 = 0
    /// How long the drive to it takes.
    package var pickupMilliseconds: UInt32 = 0
    /// The length of the ride.
    package var distanceMeters: UInt32 = 0
    /// The time of the ride.
    package var durationMilliseconds: UInt32 = 0
    /// What the payer pays.
    package var priceMinorUnits: Int64 = 0
    /// What the price is counted in.
    package var currency: Currency?
    /// What this is.
    package var kind = WireEnum<OfferEventCode>.unspecified
    /// Why the offer ended.
    package var end = WireEnum<OfferEndCode>.unspecified
    /// Where the booking stands.
    package var state = WireEnum<BookingState>.unspecified
    /// Why the trip ended.
    package var reason = WireEnum<BookingReasonCode>.unspecified
    /// What kind of vehicle was promised.
    package var vehicleClass = WireEnum<VehicleClassCode>.unspecified
    /// How many ride; 0 is not said.
    package var passengerCount: UInt8 = 0
    /// The pickup in words.
    package var pickupLabel = ""
    /// The drop-off in words.
    package var dropOffLabel = ""
    /// Whom to ask for.
    package var passengerReference = ""
    /// The partner's note.
    package var driverNote = ""
    package var unknown = UnknownFields()

    package init() {}

    package mutating func walk<Fields: FieldCoder & ~Copyable & ~Escapable>(
        _ fields: inout Fields
    ) throws(WireError) {
        try fields.id("offer", &offer)
        try fields.id("booking", &booking)
        try fields.id("trip", &trip)
        try fields.id("driver", &driver)
        try fields.time("at", &at)
        try fields.time("expiresAt", &expiresAt)
        try fields.number("answerMilliseconds", &answerMilliseconds)
        try fields.time("pickupAt", &pickupAt)
        try fields.point("pickupLatitudeE7", "pickupLongitudeE7", &pickup)
        try fields.point("dropOffLatitudeE7", "dropOffLongitudeE7", &dropOff)
        try fields.number("pickupMeters", &pickupMeters)
        try fields.number("pickupMilliseconds", &pickupMilliseconds)
        try fields.number("distanceMeters", &distanceMeters)
        try fields.number("durationMilliseconds", &durationMilliseconds)
        try fields.number("priceMinorUnits", &priceMinorUnits, in: 0 ... .max)
        try fields.currency("currency", &currency)
        try fields.enumeration("kind", &kind)
        try fields.enumeration("end", &end)
        try fields.enumeration("state", &state)
        try fields.enumeration("reason", &reason)
        try fields.enumeration("vehicleClass", &vehicleClass)
        try fields.number("passengerCount", &passengerCount, in: 0...64)
        try fields.text(1, "pickupLabel", &pickupLabel, maxByteCount: 200)
        try fields.text(2, "dropOffLabel", &dropOffLabel, maxByteCount: 200)
        try fields.text(3, "passengerReference", &passengerReference, maxByteCount: 128)
        try fields.text(4, "driverNote", &driverNote, maxByteCount: 500)
    }

    package init(decoding message: RawSpan) throws(WireError) {
        try self.init(walking: message)
    }

    package func encode(to buffer: inout OutputBuffer) throws(WireError) {
        try encode(walkingTo: &buffer)
    }
}
