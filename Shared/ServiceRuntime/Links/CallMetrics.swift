package import Calls
package import Messages
package import Telemetry
internal import WireFormat

/// What a program shows of the calls that it serves.
///
/// A class: a closure that holds its parts by value counts references to each of them on every call.
package final class CallMetrics: Sendable {
    /// Peers that were not let in.
    package let refusedPeers: Counter
    /// Connections that ended because of what the peer sent or failed to do.
    package let failedConnections: Counter
    /// Peers that the port's listener sent away.
    package let listener: ListenerMetrics
    /// By the place of the method among the routes.
    private let latencies: [Histogram]
    /// By the code's number.
    private let codes: [Counter]

    /// Makes the metrics of one port.
    ///
    /// - Parameters:
    ///   - methods: Those that it serves.
    ///   - port: Which, for the label; a program may have two.
    package init(
        _ registry: MetricsRegistry,
        _ methods: [MethodDescriptor],
        port: String = "services"
    ) {
        refusedPeers = registry.counter(
            "nexors_call_refused_peers_total",
            "Peers that were not let in.",
            labels: [("port", port)]
        )
        failedConnections = registry.counter(
            "nexors_call_failed_connections_total",
            "Connections that broke the protocol.",
            labels: [("port", port)]
        )
        listener = ListenerMetrics(registry, port: port)
        latencies = methods.map { method in
            registry.histogram(
                "nexors_call_seconds",
                "Time from a call's opening to its end.",
                labels: [("service", "\(method.service)"), ("method", "\(method.name)")]
            )
        }
        codes = StatusCode.allCases.map { code in
            registry.counter(
                "nexors_calls_total",
                "Calls that ended, by status.",
                labels: [("port", port), ("code", "\(code)")]
            )
        }
    }

    /// Counts calls that ended; those of an unknown method have no latency.
    package func record(_ end: CallEnd) {
        // The codes are 0, 1, 2, ... without gaps.
        codes[Int(end.code.rawValue)].increment(by: UInt64(end.count))
        if let route = end.route { latencies[route].record(end.nanoseconds, count: end.count) }
    }
}
