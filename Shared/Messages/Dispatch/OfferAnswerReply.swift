package import Model
package import WireFormat

/// What became of a driver's answer (answer of service 3, method 7; service 2, method 4).
///
/// Block, 42 bytes, little-endian:
///
///     offset  size  field     type
///          0    16  booking   id bk
///         16    16  trip      id trp
///         32     8  sequence  u64
///         40     1  outcome   OfferOutcomeCode
///         41     1  state     BookingState
package struct OfferAnswerReply: WireMessage {
    package static var name: StaticString { "OfferAnswerReply" }
    package static var blockByteCount: Int { 42 }

    /// The booking.
    package var booking = BookingID.none
    /// The trip, where it is his now.
    package var trip = TripID.none
    /// The booking's last event.
    package var sequence: UInt64 = 0
    /// What became of it.
    package var outcome = WireEnum<OfferOutcomeCode>.unspecified
    /// Where the booking stands.
    package var state = WireEnum<BookingState>.unspecified
    package var unknown = UnknownFields()

    package init() {}

    package mutating func walk<Fields: FieldCoder & ~Copyable & ~Escapable>(
        _ fields: inout Fields
    ) throws(WireError) {
        try fields.id("booking", &booking)
        try fields.id("trip", &trip)
        try fields.number("sequence", &sequence)
        try fields.enumeration("outcome", &outcome)
        try fields.enumeration("state", &state)
    }

    package init(decoding message: RawSpan) throws(WireError) {
        try self.init(walking: message)
    }

    package func encode(to buffer: inout OutputBuffer) throws(WireError) {
        try encode(walkingTo: &buffer)
    }
}
