internal import Messages
internal import Telemetry
internal import WireFormat

/// What a program shows of the calls that it serves.
struct CallMetrics: Sendable {
    /// Peers that were not let in.
    let refusedPeers: Counter
    /// Connections that ended because of what the peer sent or failed to do.
    let failedConnections: Counter
    private let latencies: [Key: Histogram]
    private let codes: [StatusCode: Counter]

    private struct Key: Hashable {
        let service: UInt16
        let method: UInt16
    }

    init(_ registry: MetricsRegistry, _ methods: [MethodDescriptor]) {
        refusedPeers = registry.counter(
            "nexors_call_refused_peers_total",
            "Peers that were not let in."
        )
        failedConnections = registry.counter(
            "nexors_call_failed_connections_total",
            "Connections that broke the protocol."
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
                labels: [("code", "\(code)")]
            )
        }
        self.codes = codes
    }

    /// Counts a call that ended; one of an unknown method has no latency.
    func record(_ method: MethodDescriptor?, _ code: StatusCode, _ latency: Duration) {
        codes[code]?.increment()
        guard let method else { return }
        latencies[Key(service: method.service.rawValue, method: method.id)]?.record(latency)
    }
}
