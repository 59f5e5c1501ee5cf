package import Telemetry

/// The gateway's log keys.
package enum GatewayLog {
    /// What the partner calls the request by: `X-Request-Id` of the answer, `request_id` of a problem.
    package static let requestID = LogKey<String>("gateway.request_id")
    /// Which peer.
    package static let peer = LogKey<String>("gateway.peer")
    /// A status code of a call.
    package static let code = LogKey<Int>("gateway.code")
    /// Why something failed; holds no data of partners.
    package static let reason = LogKey<String>("gateway.reason")
    /// Which fleet.
    package static let tenant = LogKey<UInt64>("gateway.tenant")
    /// How many.
    package static let count = LogKey<Int>("gateway.count")
    /// Where it listens.
    package static let address = LogKey<String>("gateway.address")
}
