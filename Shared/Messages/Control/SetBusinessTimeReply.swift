package import Timekeeping
package import WireFormat

/// What the business clock shows (answer of service 6, method 1).
///
/// Block, 24 bytes, little-endian:
///
///     offset  size  field         type
///          0     8  realTime      time
///          8     8  businessTime  time
///         16     8  revision      u64
package struct SetBusinessTimeReply: WireMessage {
    package static var name: StaticString { "SetBusinessTimeReply" }
    package static var blockByteCount: Int { 24 }

    /// Now, real time.
    package var realTime = WallTime.none
    /// Now, business time.
    package var businessTime = WallTime.none
    /// The setting in force.
    package var revision: UInt64 = 0
    package var unknown = UnknownFields()

    package init() {}

    package mutating func walk<Fields: FieldCoder & ~Copyable & ~Escapable>(
        _ fields: inout Fields
    ) throws(WireError) {
        try fields.time("realTime", &realTime)
        try fields.time("businessTime", &businessTime)
        try fields.number("revision", &revision)
    }

    package init(decoding message: RawSpan) throws(WireError) {
        try self.init(walking: message)
    }

    package func encode(to buffer: inout OutputBuffer) throws(WireError) {
        try encode(walkingTo: &buffer)
    }
}
