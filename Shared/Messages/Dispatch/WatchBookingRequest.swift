package import Model
package import WireFormat

/// Follows one booking (service 3, method 5): its events after `afterSequence`, then each as it
/// happens, and positions between them.
///
/// Block, 24 bytes, little-endian:
///
///     offset  size  field          type
///          0    16  booking        id bk
///         16     8  afterSequence  u64
package struct WatchBookingRequest: WireMessage {
    package static var name: StaticString { "WatchBookingRequest" }
    package static var blockByteCount: Int { 24 }

    /// The booking.
    package var booking = BookingID.none
    /// The last event that the caller has; 0 starts at the first.
    package var afterSequence: UInt64 = 0
    package var unknown = UnknownFields()

    package init() {}

    package mutating func walk<Fields: FieldCoder & ~Copyable & ~Escapable>(
        _ fields: inout Fields
    ) throws(WireError) {
        try fields.id("booking", &booking)
        try fields.number("afterSequence", &afterSequence)
    }

    package init(decoding message: RawSpan) throws(WireError) {
        try self.init(walking: message)
    }

    package func encode(to buffer: inout OutputBuffer) throws(WireError) {
        try encode(walkingTo: &buffer)
    }
}
