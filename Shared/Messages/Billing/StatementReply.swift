package import Timekeeping
package import WireFormat

/// What a tenant drove and owes in one month (answer of service 5, method 2).
///
/// Block, 16 bytes, little-endian:
///
///     offset  size  field        type
///          0     2  year         u16   2 000 ... 9 999
///          2     1  month        u8    1 ... 12
///          3     1  isClosed     bool
///          4     4  planVersion  u32
///          8     8  computedAt   time
///
/// Tails:
///
///        tag  tail      type                   at most
///          1  sections  list StatementSection  256 elements
package struct StatementReply: WireMessage {
    package static var name: StaticString { "StatementReply" }
    package static var blockByteCount: Int { 16 }

    /// The year.
    package var year: UInt16 = 2000
    /// The month, 1 is January.
    package var month: UInt8 = 1
    /// Whether nothing can be added any more.
    package var isClosed = false
    /// The plan at the end of the month.
    package var planVersion: UInt32 = 0
    /// When it was added up, business time.
    package var computedAt = WallTime.none
    /// By the currencies' numeric codes.
    package var sections: [StatementSection] = []
    package var unknown = UnknownFields()

    package init() {}

    package mutating func walk<Fields: FieldCoder & ~Copyable & ~Escapable>(
        _ fields: inout Fields
    ) throws(WireError) {
        try fields.number("year", &year, in: 2000...9999)
        try fields.number("month", &month, in: 1...12)
        try fields.flag("isClosed", &isClosed)
        try fields.number("planVersion", &planVersion)
        try fields.time("computedAt", &computedAt)
        try fields.list(1, "sections", &sections, maxCount: 256)
    }

    package init(decoding message: RawSpan) throws(WireError) {
        try self.init(walking: message)
    }

    package func encode(to buffer: inout OutputBuffer) throws(WireError) {
        try encode(walkingTo: &buffer)
    }
}
