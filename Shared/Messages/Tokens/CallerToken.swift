package import Model
package import Timekeeping
package import WireFormat

/// On whose behalf a service calls another (extension 1 of OPEN): the payload of a signed token of
/// the context `caller`. Life 60 s. The envelope names the key.
///
/// Block, 59 bytes, little-endian:
///
///     offset  size  field        type
///          0     8  tenant       u64
///          8     1  subjectKind  SubjectCode
///          9    16  subject      id sub
///         25     8  scopes       u64
///         33     2  audience     u16
///         35     8  issuedAt     time
///         43     8  expiresAt    time
///         51     8  nonce        u64
package struct CallerToken: WireMessage {
    package static var name: StaticString { "CallerToken" }
    package static var blockByteCount: Int { 59 }

    /// The fleet; "none" for the operator's own.
    package var tenant = TenantID.none
    /// What kind of subject.
    package var subjectKind = WireEnum<SubjectCode>.unspecified
    /// The original subject: partner, driver or person.
    package var subject = SubjectID.none
    /// What it may do: bits of `TokenScopes`.
    package var scopes: UInt64 = 0
    /// The called service's number in the registry.
    package var audience: UInt16 = 0
    /// From when, real time.
    package var issuedAt = WallTime.none
    /// Until when, real time.
    package var expiresAt = WallTime.none
    /// Makes two tokens of one second differ.
    package var nonce: UInt64 = 0
    package var unknown = UnknownFields()

    package init() {}

    package mutating func walk<Fields: FieldCoder & ~Copyable & ~Escapable>(
        _ fields: inout Fields
    ) throws(WireError) {
        try fields.tenant("tenant", &tenant)
        try fields.enumeration("subjectKind", &subjectKind)
        try fields.id("subject", &subject)
        try fields.number("scopes", &scopes)
        try fields.number("audience", &audience)
        try fields.time("issuedAt", &issuedAt)
        try fields.time("expiresAt", &expiresAt)
        try fields.number("nonce", &nonce)
    }

    package init(decoding message: RawSpan) throws(WireError) {
        try self.init(walking: message)
    }

    package func encode(to buffer: inout OutputBuffer) throws(WireError) {
        try encode(walkingTo: &buffer)
    }
}
