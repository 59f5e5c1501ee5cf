package import WireFormat

/// Ingest's stream of who is on duty (service 3, method 10): all open shifts, the mark
/// `snapshotComplete`, then each change.
///
/// Block, 8 bytes, little-endian:
///
///     offset  size  field          type
///          0     8  afterPosition  u64
package struct WatchShiftsRequest: WireMessage {
    package static var name: StaticString { "WatchShiftsRequest" }
    package static var blockByteCount: Int { 8 }

    /// The last change that the caller has; 0 asks for all open shifts first.
    package var afterPosition: UInt64 = 0
    package var unknown = UnknownFields()

    package init() {}

    package mutating func walk<Fields: FieldCoder & ~Copyable & ~Escapable>(
        _ fields: inout Fields
    ) throws(WireError) {
        try fields.number("afterPosition", &afterPosition)
    }

    package init(decoding message: RawSpan) throws(WireError) {
        try self.init(walking: message)
    }

    package func encode(to buffer: inout OutputBuffer) throws(WireError) {
        try encode(walkingTo: &buffer)
    }
}
