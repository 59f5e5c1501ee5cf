import WireFormat

/// Reads a message's fields out of its bytes: the coder of every `init(decoding:)`.
///
/// A field that an older peer's block ends before keeps the value it has, its default.
struct FieldDecoder: FieldCoder, ~Escapable {
    private let message: RawSpan
    private var reader: MessageReader
    private var unknown: [UnknownFields.Tail] = []

    @_lifetime(copy message)
    init(_ message: RawSpan, minimumBlock: Int) throws(WireError) {
        reader = try MessageReader(message, minimumBlock: minimumBlock)
        self.message = message
    }

    @inline(__always)
    mutating func scalar<Value: WireInteger>(
        _ name: StaticString,
        _ value: inout Value,
        as kind: ScalarKind,
        in range: ClosedRange<Value>
    ) throws(WireError) {
        guard try reader.holds(byteCount: MemoryLayout<Value>.size) else { return }
        let found = try reader.read(Value.self, from: message)
        guard range.contains(found) else { throw .outOfRange(name.description) }
        value = found
    }

    @inline(__always)
    mutating func identifier(
        _ name: StaticString,
        _ bits: inout UInt128,
        prefix: String
    ) throws(WireError) {
        guard try reader.holds(byteCount: 16) else { return }
        bits = try reader.readIdentifier(from: message)
    }

    mutating func text(
        _ tag: UInt16,
        _ name: StaticString,
        _ value: inout String,
        maxByteCount: Int
    ) throws(WireError) {
        guard let found = try tail(tag) else { return }
        // Nothing in it: the canonical form leaves the tail out.
        guard found.byteCount > 0 else { throw .notCanonical }
        value = try found.text(name, maxByteCount: maxByteCount, from: message)
    }

    mutating func bytes(
        _ tag: UInt16,
        _ name: StaticString,
        _ value: inout [UInt8],
        maxByteCount: Int
    ) throws(WireError) {
        guard let found = try tail(tag) else { return }
        guard found.byteCount > 0 else { throw .notCanonical }
        value = try found.bytes(name, maxByteCount: maxByteCount, from: message)
    }

    mutating func list<Element: WireElement>(
        _ tag: UInt16,
        _ name: StaticString,
        _ value: inout [Element],
        maxCount: Int
    ) throws(WireError) {
        guard let found = try tail(tag) else { return }
        let list = try found.list(
            name,
            minimumStride: Element.byteCount,
            maxCount: maxCount,
            from: message
        )
        // The elements are there: `list` held the count against the bytes.
        value.reserveCapacity(list.count)
        for index in 0..<list.count {
            var element = Element()
            var decoder = ElementDecoder(message, at: list.firstOffset + index * list.stride)
            try element.walk(&decoder)
            value.append(element)
        }
    }

    mutating func messages<Message: WireMessage>(
        _ tag: UInt16,
        _ name: StaticString,
        _ value: inout [Message],
        maxCount: Int
    ) throws(WireError) {
        guard let found = try tail(tag) else { return }
        var list = try MessageListReader(found, in: message)
        guard list.left > 0 else { throw .notCanonical }
        guard list.left <= maxCount else { throw .tooLong(name.description) }
        value.reserveCapacity(list.left)
        while let range = try list.next(in: message) {
            value.append(try Message(decoding: message.extracting(range)))
        }
    }

    /// Ends the walk and hands over what this version does not know.
    mutating func finish(_ fields: inout UnknownFields) throws(WireError) {
        while try reader.nextTag(from: message) != nil {
            try keepTail()
        }
        try reader.finish(message)
        guard reader.blockRest.byteCount > 0 || !unknown.isEmpty else { return }
        fields.blockRest = try message.array(reader.blockRest.range)
        fields.tails = unknown
    }

    /// The tail with this tag; keeps unknown ones with smaller tags.
    private mutating func tail(_ tag: UInt16) throws(WireError) -> WireValue? {
        while let next = try reader.nextTag(from: message), next < tag {
            try keepTail()
        }
        return try reader.tail(tag, from: message)
    }

    private mutating func keepTail() throws(WireError) {
        guard let tag = try reader.nextTag(from: message) else { return }
        let value = try reader.takeTail(from: message)
        unknown.append(.init(tag: tag, value: try message.array(value.range)))
    }
}

/// Reads the fields of one element of a list.
struct ElementDecoder: ScalarCoder, ~Escapable {
    private let message: RawSpan
    private var position: Int

    @_lifetime(copy message)
    init(_ message: RawSpan, at position: Int) {
        self.message = message
        self.position = position
    }

    @inline(__always)
    mutating func scalar<Value: WireInteger>(
        _ name: StaticString,
        _ value: inout Value,
        as kind: ScalarKind,
        in range: ClosedRange<Value>
    ) throws(WireError) {
        let found = try message.integer(Value.self, at: position)
        guard range.contains(found) else { throw .outOfRange(name.description) }
        value = found
        position += MemoryLayout<Value>.size
    }

    @inline(__always)
    mutating func identifier(
        _ name: StaticString,
        _ bits: inout UInt128,
        prefix: String
    ) throws(WireError) {
        bits = try message.bigEndian128(at: position)
        position += 16
    }
}
