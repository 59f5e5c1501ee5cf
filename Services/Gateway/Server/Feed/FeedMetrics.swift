package import Telemetry

/// What the feeds of tenants' bookings count.
package struct FeedMetrics: Sendable {
    let updates: Counter
    let broken: Counter
    let unreadable: Counter

    /// Makes all counters.
    package init(_ registry: MetricsRegistry) {
        updates = registry.counter(
            "nexors_gateway_feed_updates_total",
            "Updates of bookings that came by the feeds."
        )
        broken = registry.counter(
            "nexors_gateway_feeds_broken_total",
            "Feeds of dispatch that broke or did not open."
        )
        unreadable = registry.counter(
            "nexors_gateway_feed_updates_unreadable_total",
            "Updates of bookings that could not be read, or were of another fleet; each ends its feed."
        )
    }
}
