/// What a message looks like on the wire, as its own walk tells it; the registry is held to this.
package struct MessageSchema: Hashable, Sendable {
    /// A field of fixed width, in a block or an element.
    package struct Field: Hashable, Sendable {
        /// The name.
        package let name: String
        /// Where it starts within the block or element.
        package let offset: Int
        /// Its bytes.
        package let byteCount: Int
        /// The type: `u8` ... `i64`, `bool`, `time`, `currency`, `id`.
        package let type: String
        /// The smallest accepted value; `nil` where the type allows every value.
        package let minimum: Int64?
        /// The largest accepted value; `nil` where the type allows every value.
        package let maximum: UInt64?
        /// The enumeration that its values come from; `nil` for other types.
        package let enumeration: String?
        /// The letters of an identifier's printed form; `nil` for other types.
        package let prefix: String?
        /// The value where an older peer's block ends before it.
        package let defaultValue: Int64
    }

    /// A tail.
    package struct Tail: Hashable, Sendable {
        /// The tag.
        package let tag: UInt16
        /// The name.
        package let name: String
        /// The type: `text`, `bytes`, `list` of an element, `messages`.
        package let type: String
        /// The element or message of a list; `nil` for other types.
        package let element: String?
        /// The most bytes of a text or of bytes, the most elements of a list.
        package let maximum: Int
    }

    /// The name in the registry.
    package let name: String
    /// The block's bytes in this version, or the element's.
    package let blockByteCount: Int
    /// The block's bytes that every version has.
    package let minimumBlockByteCount: Int
    /// The fields of the block, in order.
    package let fields: [Field]
    /// The tails, by ascending tag.
    package let tails: [Tail]
    /// Tags never to be used again.
    package let reservedTags: [UInt16]
}

extension WireMessage {
    /// The message's schema.
    package static var schema: MessageSchema {
        var recorder = SchemaRecorder()
        var message = Self()
        message.record(with: &recorder)
        return MessageSchema(
            name: name.description,
            blockByteCount: blockByteCount,
            minimumBlockByteCount: minimumBlockByteCount,
            fields: recorder.fields,
            tails: recorder.tails,
            reservedTags: reservedTags
        )
    }

    private mutating func record(with recorder: inout SchemaRecorder) {
        // A recorder throws nothing.
        try? walk(&recorder)
    }
}

extension WireElement {
    /// The element's schema: a block without tails.
    package static var schema: MessageSchema {
        var recorder = SchemaRecorder()
        var element = Self()
        // A recorder throws nothing.
        try? element.walk(&recorder)
        return MessageSchema(
            name: name.description,
            blockByteCount: byteCount,
            minimumBlockByteCount: byteCount,
            fields: recorder.fields,
            tails: [],
            reservedTags: []
        )
    }
}
