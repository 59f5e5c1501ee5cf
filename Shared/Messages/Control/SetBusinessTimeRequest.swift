package import Timekeeping
package import WireFormat

/// Sets the time that the rules of business see (service 6, method 1); refused in production. All
/// five keep it.
///
/// Block, 28 bytes, little-endian:
///
///     offset  size  field           type
///          0     8  realOrigin      time
///          8     8  businessOrigin  time
///         16     4  factor          u32   1 ... 3 600
///         20     8  revision        u64
package struct SetBusinessTimeRequest: WireMessage {
    package static var name: StaticString { "SetBusinessTimeRequest" }
    package static var blockByteCount: Int { 28 }

    /// The real moment at which the mapping starts.
    package var realOrigin = WallTime.none
    /// What the business clock shows then.
    package var businessOrigin = WallTime.none
    /// Business seconds for each real second.
    package var factor: UInt32 = 1
    /// Grows with each setting; an older one is refused.
    package var revision: UInt64 = 0
    package var unknown = UnknownFields()

    package init() {}

    package mutating func walk<Fields: FieldCoder & ~Copyable & ~Escapable>(
        _ fields: inout Fields
    ) throws(WireError) {
        try fields.time("realOrigin", &realOrigin)
        try fields.time("businessOrigin", &businessOrigin)
        try fields.number("factor", &factor, in: 1...3600)
        try fields.number("revision", &revision)
    }

    package init(decoding message: RawSpan) throws(WireError) {
        try self.init(walking: message)
    }

    package func encode(to buffer: inout OutputBuffer) throws(WireError) {
        try encode(walkingTo: &buffer)
    }
}
