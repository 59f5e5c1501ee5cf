package import WireFormat

/// Dispatch's stream of positions (service 2, method 2): the last fix of each driver, an empty
/// batch as the mark, then each batch as it comes.
///
/// Block, 5 bytes, little-endian:
///
///     offset  size  field         type
///          0     2  shardFirst    u16   0 ... 4 095
///          2     2  shardLast     u16   0 ... 4 095
///          4     1  withSnapshot  bool
package struct SubscribeFixesRequest: WireMessage {
    package static var name: StaticString { "SubscribeFixesRequest" }
    package static var blockByteCount: Int { 5 }

    /// The first virtual shard wanted.
    package var shardFirst: UInt16 = 0
    /// The last one.
    package var shardLast: UInt16 = 4095
    /// Whether the last fixes are wanted first.
    package var withSnapshot = false
    package var unknown = UnknownFields()

    package init() {}

    package mutating func walk<Fields: FieldCoder & ~Copyable & ~Escapable>(
        _ fields: inout Fields
    ) throws(WireError) {
        try fields.number("shardFirst", &shardFirst, in: 0...4095)
        try fields.number("shardLast", &shardLast, in: 0...4095)
        try fields.flag("withSnapshot", &withSnapshot)
    }

    package init(decoding message: RawSpan) throws(WireError) {
        try self.init(walking: message)
    }

    package func encode(to buffer: inout OutputBuffer) throws(WireError) {
        try encode(walkingTo: &buffer)
    }
}
