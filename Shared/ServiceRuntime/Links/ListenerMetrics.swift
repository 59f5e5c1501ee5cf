package import Telemetry
package import Transport

/// How many peers a port sent away, by the limit that they met.
package struct ListenerMetrics: Sendable {
    private let refusals: [ListenerRefusal: Counter]

    /// The counters of one port.
    ///
    /// - Parameter port: Which, for the label; a program may have several.
    package init(_ registry: MetricsRegistry, port: String) {
        let pairs = ListenerRefusal.allCases.map { refusal in
            (
                refusal,
                registry.counter(
                    "nexors_listener_refused_total",
                    "Peers that were sent away, by the limit that they met.",
                    labels: [("port", port), ("limit", refusal.rawValue)]
                )
            )
        }
        refusals = Dictionary(pairs) { first, _ in first }
    }

    /// Counts one.
    package func count(_ refusal: ListenerRefusal) {
        refusals[refusal]?.increment()
    }
}
