package import Model
package import Timekeeping
package import WireFormat

/// A wish for an effect at another service that its sender gave up, for an operator to decide about (in
/// `ListParkedReply`). What the wish says is not part of it.
///
/// Block, 72 bytes, little-endian:
///
///     offset  size  field         type
///          0    16  key           id idem
///         16    16  booking       id bk
///         32     8  tenant        u64
///         40     2  destination   u16
///         42     2  method        u16
///         44     8  createdAt     time
///         52     8  parkedAt      time
///         60     4  blockedCount  u32
///         64     8  sequence      i64
///
/// Tails:
///
///        tag  tail    type  at most
///          1  reason  text  800 bytes
package struct ParkedCommand: WireMessage {
    package static var name: StaticString { "ParkedCommand" }
    package static var blockByteCount: Int { 72 }

    /// Its idempotency key, by which both sides' logs know it.
    package var key = IdempotencyKey.none
    /// The booking whose later wishes wait behind it; none where it concerns a whole tenant.
    package var booking = BookingID.none
    /// The fleet it is for.
    package var tenant = TenantID.none
    /// The receiver's number in the registry.
    package var destination: UInt16 = 0
    /// The method's number there.
    package var method: UInt16 = 0
    /// When it was wished for, real time.
    package var createdAt = WallTime.none
    /// When it was given up, real time.
    package var parkedAt = WallTime.none
    /// Later wishes of the booking or tenant that wait until it is decided.
    package var blockedCount: UInt32 = 0
    /// Its place in the sender's outbox; a list goes on behind it.
    package var sequence: Int64 = 0
    /// The last that was seen of it, in words.
    package var reason = ""
    package var unknown = UnknownFields()

    package init() {}

    package mutating func walk<Fields: FieldCoder & ~Copyable & ~Escapable>(
        _ fields: inout Fields
    ) throws(WireError) {
        try fields.id("key", &key)
        try fields.id("booking", &booking)
        try fields.tenant("tenant", &tenant)
        try fields.number("destination", &destination)
        try fields.number("method", &method)
        try fields.time("createdAt", &createdAt)
        try fields.time("parkedAt", &parkedAt)
        try fields.number("blockedCount", &blockedCount)
        try fields.number("sequence", &sequence)
        try fields.text(1, "reason", &reason, maxByteCount: 800)
    }

    package init(decoding message: RawSpan) throws(WireError) {
        try self.init(walking: message)
    }

    package func encode(to buffer: inout OutputBuffer) throws(WireError) {
        try encode(walkingTo: &buffer)
    }
}
