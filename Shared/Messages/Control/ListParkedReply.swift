package import WireFormat

/// Wishes that a service gave up (answer of service 6, method 5).
///
/// Block, 1 byte, little-endian:
///
///     offset  size  field    type
///          0     1  hasMore  bool
///
/// Tails:
///
///        tag  tail      type                    at most
///          1  commands  messages ParkedCommand  32 messages
package struct ListParkedReply: WireMessage {
    package static var name: StaticString { "ListParkedReply" }
    package static var blockByteCount: Int { 1 }
    /// The most that one answer tells: with the longest reasons 28 KiB.
    package static var commandCountMax: Int { 32 }

    /// Whether there are further ones behind the last.
    package var hasMore = false
    /// The wishes, by rising sequence.
    package var commands: [ParkedCommand] = []
    package var unknown = UnknownFields()

    package init() {}

    package mutating func walk<Fields: FieldCoder & ~Copyable & ~Escapable>(
        _ fields: inout Fields
    ) throws(WireError) {
        try fields.flag("hasMore", &hasMore)
        try fields.messages(1, "commands", &commands, maxCount: Self.commandCountMax)
    }

    package init(decoding message: RawSpan) throws(WireError) {
        try self.init(walking: message)
    }

    package func encode(to buffer: inout OutputBuffer) throws(WireError) {
        try encode(walkingTo: &buffer)
    }
}
