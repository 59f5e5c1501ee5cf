package import Messages
package import Telemetry
package import WireFormat

/// What a program shows of the calls that it serves.
///
/// A class: a closure that holds its parts by value counts references to each of them on every call.
package final class CallMetrics: Sendable {
    /// Peers that were not let in.
    package let refusedPeers: Counter
    /// Connections that ended because of what the peer sent or failed to do.
    package let failedConnections: Counter
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

    /// Counts a call that ended; one of an unknown method has no latency.
    ///
    /// - Parameters:
    ///   - route: The method's place among the routes.
    ///   - nanoseconds: From its opening to its end.
    package func record(_ route: Int?, _ code: StatusCode, _ nanoseconds: Int64) {
        // The codes are 0, 1, 2, ... without gaps.
        codes[Int(code.rawValue)].increment()
        if let route { latencies[route].record(nanoseconds) }
    }
}
