package import Model
package import Timekeeping
package import WireFormat

/// Calls a booking off (service 3, method 3).
///
/// Block, 26 bytes, little-endian:
///
///     offset  size  field        type
///          0    16  booking      id bk
///         16     8  requestedAt  time
///         24     1  actor        BookingActorCode
///         25     1  reason       BookingReasonCode
///
/// Tails:
///
///        tag  tail  type  at most
///          1  note  text  200 bytes
package struct CancelBookingRequest: WireMessage {
    package static var name: StaticString { "CancelBookingRequest" }
    package static var blockByteCount: Int { 26 }

    /// The booking.
    package var booking = BookingID.none
    /// When it was asked for, business time.
    package var requestedAt = WallTime.none
    /// On whose word.
    package var actor = WireEnum<BookingActorCode>.unspecified
    /// Why; unspecified follows from the actor.
    package var reason = WireEnum<BookingReasonCode>.unspecified
    /// Why, in words.
    package var note = ""
    package var unknown = UnknownFields()

    package init() {}

    package mutating func walk<Fields: FieldCoder & ~Copyable & ~Escapable>(
        _ fields: inout Fields
    ) throws(WireError) {
        try fields.id("booking", &booking)
        try fields.time("requestedAt", &requestedAt)
        try fields.enumeration("actor", &actor)
        try fields.enumeration("reason", &reason)
        try fields.text(1, "note", &note, maxByteCount: 200)
    }

    package init(decoding message: RawSpan) throws(WireError) {
        try self.init(walking: message)
    }

    package func encode(to buffer: inout OutputBuffer) throws(WireError) {
        try encode(walkingTo: &buffer)
    }
}
