package import WireFormat

/// Ingest in figures (answer of service 2, method 10).
///
/// Block, 104 bytes, little-endian:
///
///     offset  size  field                  type
///          0     4  streamCount            u32
///          4     4  offerStreamCount       u32
///          8     4  subscriberCount        u32
///         12     4  zoneCount              u32
///         16     8  batchTotal             u64
///         24     8  liveTotal              u64
///         32     8  lateTotal              u64
///         40     8  duplicateTotal         u64
///         48     8  unknownReferenceTotal  u64
///         56     8  offDutyTotal           u64
///         64     8  zeroIslandTotal        u64
///         72     8  outOfRangeTotal        u64
///         80     8  futureTotal            u64
///         88     8  tooOldTotal            u64
///         96     8  foreignReferenceTotal  u64
package struct IngestStatusReply: WireMessage {
    package static var name: StaticString { "IngestStatusReply" }
    package static var blockByteCount: Int { 104 }

    /// Location streams now open.
    package var streamCount: UInt32 = 0
    /// Offer streams now open.
    package var offerStreamCount: UInt32 = 0
    /// Streams of fixes to dispatch now open.
    package var subscriberCount: UInt32 = 0
    /// Zones stored.
    package var zoneCount: UInt32 = 0
    /// Batches since the start.
    package var batchTotal: UInt64 = 0
    /// Fixes that were the newest of their vehicle since the start.
    package var liveTotal: UInt64 = 0
    /// Fixes in order of sending, but older than the newest since the start.
    package var lateTotal: UInt64 = 0
    /// Fixes that had come before since the start.
    package var duplicateTotal: UInt64 = 0
    /// Fixes of a vehicle that nobody knows since the start.
    package var unknownReferenceTotal: UInt64 = 0
    /// Fixes of drivers without an open shift since the start.
    package var offDutyTotal: UInt64 = 0
    /// Fixes at latitude 0, longitude 0 since the start.
    package var zeroIslandTotal: UInt64 = 0
    /// Fixes outside the Earth since the start.
    package var outOfRangeTotal: UInt64 = 0
    /// Fixes measured after now since the start.
    package var futureTotal: UInt64 = 0
    /// Fixes measured too long ago since the start.
    package var tooOldTotal: UInt64 = 0
    /// Fixes that name another stream's vehicle since the start.
    package var foreignReferenceTotal: UInt64 = 0
    package var unknown = UnknownFields()

    package init() {}

    package mutating func walk<Fields: FieldCoder & ~Copyable & ~Escapable>(
        _ fields: inout Fields
    ) throws(WireError) {
        try fields.number("streamCount", &streamCount)
        try fields.number("offerStreamCount", &offerStreamCount)
        try fields.number("subscriberCount", &subscriberCount)
        try fields.number("zoneCount", &zoneCount)
        try fields.number("batchTotal", &batchTotal)
        try fields.number("liveTotal", &liveTotal)
        try fields.number("lateTotal", &lateTotal)
        try fields.number("duplicateTotal", &duplicateTotal)
        try fields.number("unknownReferenceTotal", &unknownReferenceTotal)
        try fields.number("offDutyTotal", &offDutyTotal)
        try fields.number("zeroIslandTotal", &zeroIslandTotal)
        try fields.number("outOfRangeTotal", &outOfRangeTotal)
        try fields.number("futureTotal", &futureTotal)
        try fields.number("tooOldTotal", &tooOldTotal)
        try fields.number("foreignReferenceTotal", &foreignReferenceTotal)
    }

    package init(decoding message: RawSpan) throws(WireError) {
        try self.init(walking: message)
    }

    package func encode(to buffer: inout OutputBuffer) throws(WireError) {
        try encode(walkingTo: &buffer)
    }
}
