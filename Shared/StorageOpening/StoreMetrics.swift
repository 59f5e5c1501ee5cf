internal import Storage
internal import Telemetry

/// What a program shows of its store.
struct StoreMetrics: Sendable {
    /// From the call to the durable answer.
    let write: Histogram
    /// From the call to the answer.
    let read: Histogram
    private let failures: [StorageError.Code: Counter]

    init(_ registry: MetricsRegistry) {
        write = registry.histogram(
            "nexors_store_write_seconds",
            "Time from a write's call to its durable answer."
        )
        read = registry.histogram(
            "nexors_store_read_seconds",
            "Time from a read's call to its answer."
        )
        let names: [(StorageError.Code, String)] = [
            (.conflict, "conflict"), (.unavailable, "unavailable"), (.corrupt, "corrupt"),
            (.full, "full"), (.invalid, "invalid"), (.overloaded, "overloaded"),
            (.fenced, "fenced"),
        ]
        var failures: [StorageError.Code: Counter] = [:]
        for (code, name) in names {
            failures[code] = registry.counter(
                "nexors_store_failures_total",
                "Calls of the store that failed.",
                labels: [("code", name)]
            )
        }
        self.failures = failures
    }

    func count(_ error: StorageError) {
        failures[error.code]?.increment()
    }
}
