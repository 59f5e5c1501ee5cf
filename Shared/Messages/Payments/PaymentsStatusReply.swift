package import WireFormat

/// Payments in figures (answer of service 4, method 7).
///
/// Block, 60 bytes, little-endian:
///
///     offset  size  field            type
///          0     4  openCount        u32
///          4     4  operationCount   u32
///          8     4  unknownCount     u32
///         12     4  reviewCount      u32
///         16     4  outboxCount      u32
///         20     8  authorisedTotal  u64
///         28     8  declinedTotal    u64
///         36     8  capturedTotal    u64
///         44     8  voidedTotal      u64
///         52     8  refundedTotal    u64
package struct PaymentsStatusReply: WireMessage {
    package static var name: StaticString { "PaymentsStatusReply" }
    package static var blockByteCount: Int { 60 }

    /// Payments that are not final.
    package var openCount: UInt32 = 0
    /// Calls to providers under way.
    package var operationCount: UInt32 = 0
    /// Of these, with an outcome that is being found out.
    package var unknownCount: UInt32 = 0
    /// Payments that wait for a person.
    package var reviewCount: UInt32 = 0
    /// Wishes to other services, not yet acknowledged.
    package var outboxCount: UInt32 = 0
    /// Holds, ever.
    package var authorisedTotal: UInt64 = 0
    /// Refusals, ever.
    package var declinedTotal: UInt64 = 0
    /// Captures, ever.
    package var capturedTotal: UInt64 = 0
    /// Holds let go, ever.
    package var voidedTotal: UInt64 = 0
    /// Refunds, ever.
    package var refundedTotal: UInt64 = 0
    package var unknown = UnknownFields()

    package init() {}

    package mutating func walk<Fields: FieldCoder & ~Copyable & ~Escapable>(
        _ fields: inout Fields
    ) throws(WireError) {
        try fields.number("openCount", &openCount)
        try fields.number("operationCount", &operationCount)
        try fields.number("unknownCount", &unknownCount)
        try fields.number("reviewCount", &reviewCount)
        try fields.number("outboxCount", &outboxCount)
        try fields.number("authorisedTotal", &authorisedTotal)
        try fields.number("declinedTotal", &declinedTotal)
        try fields.number("capturedTotal", &capturedTotal)
        try fields.number("voidedTotal", &voidedTotal)
        try fields.number("refundedTotal", &refundedTotal)
    }

    package init(decoding message: RawSpan) throws(WireError) {
        try self.init(walking: message)
    }

    package func encode(to buffer: inout OutputBuffer) throws(WireError) {
        try encode(walkingTo: &buffer)
    }
}
