package import Timekeeping
package import WireFormat

/// How a service is (answer of service 6, method 2).
///
/// Block, 37 bytes, little-endian:
///
///     offset  size  field            type
///          0     2  service          u16
///          2     1  isReady          bool
///          3     1  isDraining       bool
///          4     1  isProduction     bool
///          5     8  startedAt        time
///         13     8  realTime         time
///         21     8  businessTime     time
///         29     4  connectionCount  u32
///         33     4  outboxCount      u32
///
/// Tails:
///
///        tag  tail      type              at most
///          1  version   text              64 bytes
///          2  instance  text              64 bytes
///          3  peers     list PeerStatus   64 elements
///          4  parked    list ParkedCount  64 elements
package struct ServiceStatusReply: WireMessage {
    package static var name: StaticString { "ServiceStatusReply" }
    package static var blockByteCount: Int { 37 }

    /// Its number in the registry.
    package var service: UInt16 = 0
    /// Whether its own storage answers and it listens.
    package var isReady = false
    /// Whether it is about to stop.
    package var isDraining = false
    /// Whether it is configured as production.
    package var isProduction = false
    /// When the process started, real time.
    package var startedAt = WallTime.none
    /// Now, real time.
    package var realTime = WallTime.none
    /// Now, business time.
    package var businessTime = WallTime.none
    /// Connections now open.
    package var connectionCount: UInt32 = 0
    /// Wishes to other services, not yet acknowledged.
    package var outboxCount: UInt32 = 0
    /// What was built.
    package var version = ""
    /// Which of several instances.
    package var instance = ""
    /// Its peers, by number.
    package var peers: [PeerStatus] = []
    /// Of its wishes to other services those that it gave up, by destination.
    package var parked: [ParkedCount] = []
    package var unknown = UnknownFields()

    package init() {}

    package mutating func walk<Fields: FieldCoder & ~Copyable & ~Escapable>(
        _ fields: inout Fields
    ) throws(WireError) {
        try fields.number("service", &service)
        try fields.flag("isReady", &isReady)
        try fields.flag("isDraining", &isDraining)
        try fields.flag("isProduction", &isProduction)
        try fields.time("startedAt", &startedAt)
        try fields.time("realTime", &realTime)
        try fields.time("businessTime", &businessTime)
        try fields.number("connectionCount", &connectionCount)
        try fields.number("outboxCount", &outboxCount)
        try fields.text(1, "version", &version, maxByteCount: 64)
        try fields.text(2, "instance", &instance, maxByteCount: 64)
        try fields.list(3, "peers", &peers, maxCount: 64)
        try fields.list(4, "parked", &parked, maxCount: 64)
    }

    package init(decoding message: RawSpan) throws(WireError) {
        try self.init(walking: message)
    }

    package func encode(to buffer: inout OutputBuffer) throws(WireError) {
        try encode(walkingTo: &buffer)
    }
}
