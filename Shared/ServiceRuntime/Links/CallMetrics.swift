package import Messages
package import Telemetry
package import WireFormat

/// What a program shows of the calls that it serves.
package struct CallMetrics: Sendable {
    /// Peers that were not let in.
    package let refusedPeers: Counter
    /// Connections that ended because of what the peer sent or failed to do.
    package let failedConnections: Counter
    private let latencies: [Key: Histogram]
    private let codes: [StatusCode: Counter]

    private struct Key: Hashable {
        let service: UInt16
        let method: UInt16
    }

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
        var latencies: [Key: Histogram] = [:]
        for method in methods {
            latencies[Key(service: method.service.rawValue, method: method.id)] =
                registry.histogram(
                    "nexors_call_seconds",
                    "Time from a call's opening to its end.",
                    labels: [("service", "\(method.service)"), ("method", "\(method.name)")]
                )
        }
        self.latencies = latencies
        var codes: [StatusCode: Counter] = [:]
        for code in StatusCode.allCases {
            codes[code] = registry.counter(
                "nexors_calls_total",
                "Calls that ended, by status.",
                labels: [("port", port), ("code", "\(code)")]
            )
        }
        self.codes = codes
    }

    /// Counts a call that ended; one of an unknown method has no latency.
    package func record(_ method: MethodDescriptor?, _ code: StatusCode, _ latency: Duration) {
        codes[code]?.increment()
        guard let method else { return }
        latencies[Key(service: method.service.rawValue, method: method.id)]?.record(latency)
    }
}
