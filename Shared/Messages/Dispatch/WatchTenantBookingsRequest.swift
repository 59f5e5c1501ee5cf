package import WireFormat

/// The gateway's feed of a tenant's booking events (service 3, method 15), resumable at any place.
///
/// Block, 9 bytes, little-endian:
///
///     offset  size  field          type
///          0     8  afterPosition  u64
///          8     1  withPositions  bool
package struct WatchTenantBookingsRequest: WireMessage {
    package static var name: StaticString { "WatchTenantBookingsRequest" }
    package static var blockByteCount: Int { 9 }

    /// The last place that the caller has; 0 starts at the first.
    package var afterPosition: UInt64 = 0
    /// Whether drivers' positions are wanted between the events.
    package var withPositions = false
    package var unknown = UnknownFields()

    package init() {}

    package mutating func walk<Fields: FieldCoder & ~Copyable & ~Escapable>(
        _ fields: inout Fields
    ) throws(WireError) {
        try fields.number("afterPosition", &afterPosition)
        try fields.flag("withPositions", &withPositions)
    }

    package init(decoding message: RawSpan) throws(WireError) {
        try self.init(walking: message)
    }

    package func encode(to buffer: inout OutputBuffer) throws(WireError) {
        try encode(walkingTo: &buffer)
    }
}
