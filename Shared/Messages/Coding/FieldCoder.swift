package import WireFormat

/// Takes note of fields of fixed width, in their order: a block's, or a list element's.
///
/// A decoder writes the values, an encoder reads them, a recorder looks at names and types only.
package protocol ScalarCoder: ~Copyable, ~Escapable {
    /// An integer.
    ///
    /// - Parameters:
    ///   - name: The field's name in the registry.
    ///   - value: Where it is kept.
    ///   - kind: What the number stands for.
    ///   - range: The values that are accepted, both ends included.
    mutating func scalar<Value: WireInteger>(
        _ name: StaticString,
        _ value: inout Value,
        as kind: ScalarKind,
        in range: ClosedRange<Value>
    ) throws(WireError)

    /// An identifier: 16 bytes, most significant first; zero stands for "none".
    ///
    /// - Parameter prefix: The letters of its printed form.
    mutating func identifier(
        _ name: StaticString,
        _ bits: inout UInt128,
        prefix: String
    ) throws(WireError)
}

/// Takes note of a message's fields: those of the block, then the tails by ascending tag.
///
/// A tail at its default (nothing in it) is left out: there is one way to write each message.
package protocol FieldCoder: ScalarCoder, ~Copyable, ~Escapable {
    /// Text, UTF-8.
    ///
    /// - Parameter maxByteCount: The most bytes of UTF-8.
    mutating func text(
        _ tag: UInt16,
        _ name: StaticString,
        _ value: inout String,
        maxByteCount: Int
    ) throws(WireError)

    /// Bytes without a meaning to the protocol.
    mutating func bytes(
        _ tag: UInt16,
        _ name: StaticString,
        _ value: inout [UInt8],
        maxByteCount: Int
    ) throws(WireError)

    /// A list of elements of one length: count u16, stride u16, elements.
    mutating func list<Element: WireElement>(
        _ tag: UInt16,
        _ name: StaticString,
        _ value: inout [Element],
        maxCount: Int
    ) throws(WireError)

    /// A list of messages: count u16, stride 0, and each message behind its length u16.
    mutating func messages<Message: WireMessage>(
        _ tag: UInt16,
        _ name: StaticString,
        _ value: inout [Message],
        maxCount: Int
    ) throws(WireError)
}

/// The integers of the wire: 8 to 64 bits, signed or not.
package protocol WireInteger: FixedWidthInteger, BitwiseCopyable, Sendable {}

extension UInt8: WireInteger {}
extension UInt16: WireInteger {}
extension UInt32: WireInteger {}
extension UInt64: WireInteger {}
extension Int32: WireInteger {}
extension Int64: WireInteger {}

/// What an integer of the wire stands for; the registry's types.
package enum ScalarKind: Hashable, Sendable {
    /// A count or a measure, its unit in its name.
    case number
    /// 0 or 1.
    case flag
    /// Microseconds since the Unix epoch; 0 stands for "none".
    case time
    /// The numeric code of ISO 4217; 0 stands for "none".
    case currency
    /// A value of the registry's enumeration of this name; unknown ones are kept.
    case enumeration(String)
}

/// An element of a list: fields of fixed width only.
package protocol WireElement: Hashable, Sendable {
    /// The name in the registry.
    static var name: StaticString { get }
    /// The bytes of an element in this version; a newer peer's may be longer.
    static var byteCount: Int { get }

    /// An element with every field at its default.
    init()

    /// Shows `fields` every field in its order.
    ///
    /// - Throws: What the coder throws.
    mutating func walk<Fields: ScalarCoder & ~Copyable & ~Escapable>(
        _ fields: inout Fields
    ) throws(WireError)
}
