package import Model
package import Timekeeping
package import WireFormat

/// How far a driver's fixes have come (stream of service 2, method 1): every 2 s, not for each
/// batch.
///
/// Block, 29 bytes, little-endian:
///
///     offset  size  field                 type
///          0     8  driverReference       u64
///          8     4  sequence              u32
///         12     4  intervalMilliseconds  u32   200 ... 600 000
///         16     8  serverTime            time
///         24     4  refusedCount          u32
///         28     1  isDurable             bool
package struct LocationAck: WireMessage {
    package static var name: StaticString { "LocationAck" }
    package static var blockByteCount: Int { 29 }

    /// The driver's number on the hot path.
    package var driverReference = DriverReference.none
    /// Every fix up to this one is settled: the phone may forget them.
    package var sequence: UInt32 = 0
    /// How often the phone should measure from now on.
    package var intervalMilliseconds: UInt32 = 1000
    /// When sent, real time: the phone corrects its clock.
    package var serverTime = WallTime.none
    /// Fixes of this stream that were refused so far.
    package var refusedCount: UInt32 = 0
    /// Whether settled means stored, as it does while the driver is on a trip.
    package var isDurable = false
    package var unknown = UnknownFields()

    package init() {}

    package mutating func walk<Fields: FieldCoder & ~Copyable & ~Escapable>(
        _ fields: inout Fields
    ) throws(WireError) {
        try fields.driverReference("driverReference", &driverReference)
        try fields.number("sequence", &sequence)
        try fields.number("intervalMilliseconds", &intervalMilliseconds, in: 200...600_000)
        try fields.time("serverTime", &serverTime)
        try fields.number("refusedCount", &refusedCount)
        try fields.flag("isDurable", &isDurable)
    }

    package init(decoding message: RawSpan) throws(WireError) {
        try self.init(walking: message)
    }

    package func encode(to buffer: inout OutputBuffer) throws(WireError) {
        try encode(walkingTo: &buffer)
    }
}
