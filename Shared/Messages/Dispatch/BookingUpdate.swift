package import Geo
package import Model
package import Money
package import Timekeeping
package import WireFormat

/// What happened to a booking, or where its driver is (stream of service 3, methods 5 and 15).
///
/// Block, 139 bytes, little-endian:
///
///     offset  size  field                      type
///          0    16  booking                    id bk
///         16     8  tenant                     u64
///         24     8  sequence                   u64
///         32     8  feedPosition               u64
///         40     8  at                         time
///         48    16  trip                       id trp
///         64    16  driver                     id drv
///         80    16  vehicle                    id veh
///         96     4  driverPositionLatitudeE7   i32                -900 000 000 ... 900 000 000
///        100     4  driverPositionLongitudeE7  i32                -1 800 000 000 ... 1 800 000 000
///        104     8  driverPositionAt           time
///        112     4  pickupMilliseconds         i32                -1 or more
///        116     8  priceMinorUnits            i64                0 or more
///        124     8  capturedMinorUnits         i64                0 or more
///        132     2  currency                   currency
///        134     1  kind                       BookingUpdateCode
///        135     1  state                      BookingState
///        136     1  step                       BookingStepCode
///        137     1  reason                     BookingReasonCode
///        138     1  actor                      BookingActorCode
///
/// Tails:
///
///        tag  tail  type  at most
///          1  note  text  200 bytes
package struct BookingUpdate: WireMessage {
    package static var name: StaticString { "BookingUpdate" }
    package static var blockByteCount: Int { 139 }

    /// The booking.
    package var booking = BookingID.none
    /// The fleet.
    package var tenant = TenantID.none
    /// The event's number within its booking, from 1; a position carries that of the last event.
    package var sequence: UInt64 = 0
    /// The event's place in the tenant's feed; a position has none, 0.
    package var feedPosition: UInt64 = 0
    /// When it happened, business time.
    package var at = WallTime.none
    /// The trip; "none" until a driver is assigned.
    package var trip = TripID.none
    /// Who drives; "none" until one is assigned.
    package var driver = DriverID.none
    /// With which vehicle; "none" until one is assigned.
    package var vehicle = VehicleID.none
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
    /// What this is.
    package var kind = WireEnum<BookingUpdateCode>.unspecified
    /// Where the booking stands after it.
    package var state = WireEnum<BookingState>.unspecified
    /// What happened.
    package var step = WireEnum<BookingStepCode>.unspecified
    /// Why, beyond what the step says.
    package var reason = WireEnum<BookingReasonCode>.unspecified
    /// On whose word.
    package var actor = WireEnum<BookingActorCode>.unspecified
    /// Why, in words.
    package var note = ""
    package var unknown = UnknownFields()

    package init() {}

    package mutating func walk<Fields: FieldCoder & ~Copyable & ~Escapable>(
        _ fields: inout Fields
    ) throws(WireError) {
        try fields.id("booking", &booking)
        try fields.tenant("tenant", &tenant)
        try fields.number("sequence", &sequence)
        try fields.number("feedPosition", &feedPosition)
        try fields.time("at", &at)
        try fields.id("trip", &trip)
        try fields.id("driver", &driver)
        try fields.id("vehicle", &vehicle)
        try fields.point("driverPositionLatitudeE7", "driverPositionLongitudeE7", &driverPosition)
        try fields.time("driverPositionAt", &driverPositionAt)
        try fields.number("pickupMilliseconds", &pickupMilliseconds, in: -1 ... .max)
        try fields.number("priceMinorUnits", &priceMinorUnits, in: 0 ... .max)
        try fields.number("capturedMinorUnits", &capturedMinorUnits, in: 0 ... .max)
        try fields.currency("currency", &currency)
        try fields.enumeration("kind", &kind)
        try fields.enumeration("state", &state)
        try fields.enumeration("step", &step)
        try fields.enumeration("reason", &reason)
        try fields.enumeration("actor", &actor)
        try fields.text(1, "note", &note, maxByteCount: 200)
    }

    package init(decoding message: RawSpan) throws(WireError) {
        try self.init(walking: message)
    }

    package func encode(to buffer: inout OutputBuffer) throws(WireError) {
        try encode(walkingTo: &buffer)
    }
}
