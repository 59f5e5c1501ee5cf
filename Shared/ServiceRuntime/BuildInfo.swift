package import Telemetry

/// What runs.
package enum BuildInfo {
    /// The version of all five programs, semantic; raised with each release.
    package static let version = "0.1.0"

    /// Shows the version as a metric: constant 1, the facts in its labels.
    package static func register(in registry: MetricsRegistry, service: String) {
        registry.gauge(
            "nexors_build_info",
            "The version that runs.",
            labels: [("version", version), ("service", service)]
        )
        .set(1)
    }
}
