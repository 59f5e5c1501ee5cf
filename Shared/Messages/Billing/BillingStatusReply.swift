package import Timekeeping
package import WireFormat

/// Billing in figures (answer of service 5, method 4).
///
/// Block, 36 bytes, little-endian:
///
///     offset  size  field          type
///          0     4  tenantCount    u32
///          4     8  tripTotal      u64
///         12     8  repeatedTotal  u64
///         20     8  refusedTotal   u64
///         28     8  lastTripAt     time
package struct BillingStatusReply: WireMessage {
    package static var name: StaticString { "BillingStatusReply" }
    package static var blockByteCount: Int { 36 }

    /// Tenants with a plan.
    package var tenantCount: UInt32 = 0
    /// Trips counted, ever.
    package var tripTotal: UInt64 = 0
    /// Reports of a trip that was counted before.
    package var repeatedTotal: UInt64 = 0
    /// Reports refused.
    package var refusedTotal: UInt64 = 0
    /// When the last counted trip was completed.
    package var lastTripAt = WallTime.none
    package var unknown = UnknownFields()

    package init() {}

    package mutating func walk<Fields: FieldCoder & ~Copyable & ~Escapable>(
        _ fields: inout Fields
    ) throws(WireError) {
        try fields.number("tenantCount", &tenantCount)
        try fields.number("tripTotal", &tripTotal)
        try fields.number("repeatedTotal", &repeatedTotal)
        try fields.number("refusedTotal", &refusedTotal)
        try fields.time("lastTripAt", &lastTripAt)
    }

    package init(decoding message: RawSpan) throws(WireError) {
        try self.init(walking: message)
    }

    package func encode(to buffer: inout OutputBuffer) throws(WireError) {
        try encode(walkingTo: &buffer)
    }
}
