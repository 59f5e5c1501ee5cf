package import WireFormat

/// How a service sees one of its peers.
///
/// Element, 7 bytes, little-endian:
///
///     offset  size  field            type
///          0     2  service          u16
///          2     1  isReachable      bool
///          3     2  endpointCount    u16
///          5     2  endpointUpCount  u16
package struct PeerStatus: WireElement {
    package static var name: StaticString { "PeerStatus" }
    package static var byteCount: Int { 7 }

    /// The peer's number in the registry.
    package var service: UInt16 = 0
    /// Whether a connection to it is up.
    package var isReachable = false
    /// Its endpoints, as configured.
    package var endpointCount: UInt16 = 0
    /// Of these, connected.
    package var endpointUpCount: UInt16 = 0

    package init() {}

    package mutating func walk<Fields: ScalarCoder & ~Copyable & ~Escapable>(
        _ fields: inout Fields
    ) throws(WireError) {
        try fields.number("service", &service)
        try fields.flag("isReachable", &isReachable)
        try fields.number("endpointCount", &endpointCount)
        try fields.number("endpointUpCount", &endpointUpCount)
    }
}
