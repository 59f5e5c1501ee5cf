internal import Telemetry

/// What payments shows of its calls to providers.
struct ProviderMetrics: Sendable {
    private enum Outcome: String, CaseIterable, Sendable {
        case success
        case refused
        case failed
        case notSent = "not_sent"
        case timeout
        case connectionLost = "connection_lost"
    }

    private let latency: Histogram
    private let calls: CounterSet<Outcome>
    private let silence: Gauge

    init(_ registry: MetricsRegistry) {
        latency = registry.histogram(
            "nexors_payments_provider_seconds",
            "Time of a provider's call, with or without an answer."
        )
        calls = registry.counters(
            "nexors_payments_provider_calls_total",
            "Calls of providers, by what came of them.",
            by: "outcome",
            Outcome.self
        )
        silence = registry.gauge(
            "nexors_payments_provider_silent_items",
            "Calls in a row, up to the last one, that brought no answer of use."
        )
    }

    /// Counts a call.
    ///
    /// - Returns: How many calls in a row now had no answer, or one of the provider's own failure.
    func record(_ reply: ProviderReply, _ duration: Duration) -> Int64 {
        latency.record(duration)
        let outcome: Outcome =
            switch reply {
            case .response(200..<300, _): .success
            case .response(500..., _): .failed
            case .response: .refused
            case .notSent: .notSent
            case .timeout: .timeout
            case .connectionLost: .connectionLost
            }
        calls[outcome].increment()
        if outcome == .success || outcome == .refused { silence.set(0) } else { silence.add(1) }
        return silence.value
    }
}
