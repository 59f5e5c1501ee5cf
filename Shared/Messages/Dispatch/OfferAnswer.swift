package import Model
package import Timekeeping
package import WireFormat

/// A driver's answer to an offer, relayed by ingest to dispatch (service 3, method 7; service 2,
/// method 4).
///
/// Block, 41 bytes, little-endian:
///
///     offset  size  field       type
///          0    16  offer       id of
///         16    16  driver      id drv
///         32     8  answeredAt  time
///         40     1  decision    OfferDecisionCode
///
/// Tails:
///
///        tag  tail    type  at most
///          1  reason  text  128 bytes
package struct OfferAnswer: WireMessage {
    package static var name: StaticString { "OfferAnswer" }
    package static var blockByteCount: Int { 41 }

    /// The offer.
    package var offer = OfferID.none
    /// Who answers.
    package var driver = DriverID.none
    /// When, business time, by the driver's clock: for the record, not for the decision.
    package var answeredAt = WallTime.none
    /// Yes or no.
    package var decision = WireEnum<OfferDecisionCode>.unspecified
    /// Why not, in words; only with a refusal.
    package var reason = ""
    package var unknown = UnknownFields()

    package init() {}

    package mutating func walk<Fields: FieldCoder & ~Copyable & ~Escapable>(
        _ fields: inout Fields
    ) throws(WireError) {
        try fields.id("offer", &offer)
        try fields.id("driver", &driver)
        try fields.time("answeredAt", &answeredAt)
        try fields.enumeration("decision", &decision)
        try fields.text(1, "reason", &reason, maxByteCount: 128)
    }

    package init(decoding message: RawSpan) throws(WireError) {
        try self.init(walking: message)
    }

    package func encode(to buffer: inout OutputBuffer) throws(WireError) {
        try encode(walkingTo: &buffer)
    }
}
