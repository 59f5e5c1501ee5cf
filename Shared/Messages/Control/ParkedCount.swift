package import WireFormat

/// How many entries of an outbox were given up, for one destination.
///
/// Element, 6 bytes, little-endian:
///
///     offset  size  field        type
///          0     2  destination  u16
///          2     4  entryCount   u32
package struct ParkedCount: WireElement {
    package static var name: StaticString { "ParkedCount" }
    package static var byteCount: Int { 6 }

    /// The receiver's number in the registry.
    package var destination: UInt16 = 0
    /// Entries that wait for an operator's decision.
    package var entryCount: UInt32 = 0

    package init() {}

    package mutating func walk<Fields: ScalarCoder & ~Copyable & ~Escapable>(
        _ fields: inout Fields
    ) throws(WireError) {
        try fields.number("destination", &destination)
        try fields.number("entryCount", &entryCount)
    }
}
