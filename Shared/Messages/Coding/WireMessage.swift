package import WireFormat

/// A message of LBP/1: a fixed block and tagged tails (`PROTOCOL.md` 11).
///
/// A type names each of its fields once, in `walk`, with the value, the range and the tag.
/// Decoding, encoding, the schema, and in tests random values and golden vectors are all walks over
/// that one list, each with a coder of its own, so they cannot disagree. The compiler specialises
/// the walk for each coder: there is no closure, existential or allocation per field.
///
/// The two functions that say `walking` only forward: written in the message's own file they are
/// specialised there, whereas a generic function of this protocol, called from another module,
/// would not be (27 ns a field instead of 1).
///
/// Evolution: a new field is appended to the block (and `minimumBlockByteCount` stays) or gets a
/// new tag.
package protocol WireMessage: Hashable, Sendable {
    /// The name in the registry.
    static var name: StaticString { get }
    /// The block's bytes in this version.
    static var blockByteCount: Int { get }
    /// The block's bytes that every version has; a shorter block is refused, fields after them have
    /// defaults.
    static var minimumBlockByteCount: Int { get }
    /// Tags of removed tails, never to be used again.
    static var reservedTags: [UInt16] { get }

    /// What a newer peer sent and this version does not know; written again when the message is
    /// passed on.
    var unknown: UnknownFields { get set }

    /// A message with every field at its default.
    init()

    /// Shows `fields` every field: those of the block in their order, then the tails by ascending
    /// tag.
    ///
    /// - Throws: What the coder throws.
    mutating func walk<Fields: FieldCoder & ~Copyable & ~Escapable>(
        _ fields: inout Fields
    ) throws(WireError)

    /// Reads a message, which has to fill `message` exactly.
    ///
    /// - Throws: `.truncated`, `.trailingByte`, `.notCanonical`, `.duplicateTag`, `.descendingTag`,
    ///   `.notUTF8`, `.outOfRange` and `.tooLong` with the field's name.
    init(decoding message: RawSpan) throws(WireError)

    /// Appends the message in its one canonical form.
    ///
    /// - Throws: `.outOfRange` and `.tooLong` with the field's name; nothing is appended then.
    func encode(to buffer: inout OutputBuffer) throws(WireError)
}

extension WireMessage {
    package static var minimumBlockByteCount: Int { blockByteCount }
    package static var reservedTags: [UInt16] { [] }

    /// A message in which `fill` has set what differs from the defaults.
    package static func with(_ fill: (inout Self) -> Void) -> Self {
        var message = Self()
        fill(&message)
        return message
    }

    /// Reads a message, which has to fill `bytes` exactly.
    ///
    /// - Throws: As `init(decoding:)` of a span.
    package init(decoding bytes: [UInt8]) throws(WireError) {
        // Safe: every byte of an array of bytes is initialised.
        try unsafe self.init(decoding: bytes.span.bytes)
    }

    /// The message's canonical bytes, in an array of their own.
    ///
    /// - Throws: As `encode(to:)`.
    package func encoded() throws(WireError) -> [UInt8] {
        var buffer = OutputBuffer()
        try encode(to: &buffer)
        return buffer.array()
    }
}

extension WireMessage {
    /// The body of every `init(decoding:)`.
    init(walking message: RawSpan) throws(WireError) {
        self.init()
        var decoder = try FieldDecoder(message, minimumBlock: Self.minimumBlockByteCount)
        try walk(&decoder)
        try decoder.finish(&unknown)
    }

    /// The body of every `encode(to:)`.
    func encode(walkingTo buffer: inout OutputBuffer) throws(WireError) {
        var encoder = FieldEncoder(
            taking: &buffer,
            blockByteCount: Self.blockByteCount,
            unknown: unknown
        )
        do throws(WireError) {
            // A walk may write to the fields, so it wants a variable; encoding does not change it.
            var message = self
            try message.walk(&encoder)
            try encoder.finish(givingBack: &buffer)
        } catch {
            encoder.abandon(givingBack: &buffer)
            throw error
        }
    }
}
