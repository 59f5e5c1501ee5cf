internal import IngestCore
package import Telemetry

/// What ingest shows of itself; figures of the loop are copied ten times a second, so that the hot path counts in plain
/// integers.
package struct IngestMetrics: Sendable {
    private let verdicts: [Counter]
    private let batches: Counter
    private let acknowledgements: Counter
    private let conflated: Counter
    private let sentBatches: Counter
    private let sentRecords: Counter
    private let replaced: Counter
    private let cutOff: Counter
    private let streams: Gauge
    private let subscribers: Gauge
    private let vehicles: Gauge
    private let unstored: Gauge
    private let trailFixes: Counter
    private let trailFailures: Counter
    private let brokenShifts: Counter
    private let refusedShifts: Counter
    private let relay: RelayMetrics
    /// How long the oldest position of a batch waited before it left for dispatch.
    package let feedLag: Histogram
    /// How long the store took for a part of the trail.
    package let trailCommit: Histogram

    /// Makes all metrics.
    package init(_ registry: MetricsRegistry) {
        verdicts = FixVerdict.allCases.map {
            registry.counter(
                "nexors_ingest_fixes_total",
                "Fixes of drivers by what became of them.",
                labels: [("verdict", $0.text)]
            )
        }
        batches = registry.counter("nexors_ingest_batches_total", "Batches of fixes that came.")
        acknowledgements = registry.counter(
            "nexors_ingest_acknowledgements_total",
            "Acknowledgements sent to phones."
        )
        conflated = registry.counter(
            "nexors_ingest_conflated_total",
            "Positions overtaken by a newer one before they were sent to dispatch."
        )
        sentBatches = registry.counter(
            "nexors_ingest_feed_batches_total",
            "Batches of positions sent to dispatch."
        )
        sentRecords = registry.counter(
            "nexors_ingest_feed_positions_total",
            "Positions sent to dispatch."
        )
        replaced = registry.counter(
            "nexors_ingest_streams_replaced_total",
            "Location streams replaced by a newer one of the same driver."
        )
        cutOff = registry.counter(
            "nexors_ingest_streams_cut_off_total",
            "Location streams ended for what they sent."
        )
        streams = registry.gauge("nexors_ingest_location_streams", "Location streams now open.")
        subscribers = registry.gauge(
            "nexors_ingest_feed_streams",
            "Streams of positions to dispatch now open."
        )
        vehicles = registry.gauge(
            "nexors_ingest_known_vehicles",
            "Vehicles with a number, those off duty included."
        )
        unstored = registry.gauge(
            "nexors_ingest_trail_waiting_records",
            "Fixes of trips that are not stored yet."
        )
        trailFixes = registry.counter("nexors_ingest_trail_fixes_total", "Fixes of trips stored.")
        trailFailures = registry.counter(
            "nexors_ingest_trail_failures_total",
            "Attempts to store a part of the trail that the store refused."
        )
        brokenShifts = registry.counter(
            "nexors_ingest_shift_streams_broken_total",
            "Streams of shifts that broke or did not open."
        )
        refusedShifts = registry.counter(
            "nexors_ingest_shift_events_refused_total",
            "Changes of shifts that could not be used."
        )
        relay = RelayMetrics(registry)
        feedLag = registry.histogram(
            "nexors_ingest_feed_lag_seconds",
            "How long the oldest position of a batch waited before it left for dispatch."
        )
        trailCommit = registry.histogram(
            "nexors_ingest_trail_commit_seconds",
            "How long the store took for a part of the trail."
        )
    }

    /// Copies the figures of the loop's objects; on the loop.
    func copy(_ engine: LocationEngine, _ relay: DispatchRelay, _ shifts: ShiftFollower) {
        for (counter, count) in zip(verdicts, engine.verdictCounts) {
            counter.raise(to: count)
        }
        let locations = engine.counters
        batches.raise(to: locations.batchCount)
        acknowledgements.raise(to: locations.acknowledgementCount)
        conflated.raise(to: engine.conflatedCount)
        sentBatches.raise(to: locations.feedBatchCount)
        sentRecords.raise(to: locations.feedRecordCount)
        replaced.raise(to: locations.replacedCount)
        cutOff.raise(to: locations.cutOffCount)
        streams.set(Int64(engine.streamCount))
        subscribers.set(Int64(engine.subscriberCount))
        vehicles.set(Int64(engine.vehicleCount))
        unstored.set(Int64(engine.trail.unstoredCount))
        trailFixes.raise(to: engine.trail.counters.fixCount)
        trailFailures.raise(to: engine.trail.counters.failureCount)
        brokenShifts.raise(to: shifts.brokenCount)
        refusedShifts.raise(to: shifts.refusedCount)
        self.relay.copy(relay.counters)
    }
}

/// What ingest shows of the calls that it passes on.
private struct RelayMetrics {
    private let relayed: Counter
    private let relayFailures: Counter
    private let relayRefusals: Counter
    private let offerStreams: Gauge
    private let offers: Counter
    private let offerReopenings: Counter

    init(_ registry: MetricsRegistry) {
        relayed = registry.counter(
            "nexors_ingest_relayed_calls_total",
            "Calls of drivers passed on to dispatch."
        )
        relayFailures = registry.counter(
            "nexors_ingest_relay_failures_total",
            "Relayed calls that dispatch refused or did not answer."
        )
        relayRefusals = registry.counter(
            "nexors_ingest_relay_refusals_total",
            "Calls of drivers refused here: another driver's name, or too many at once."
        )
        offerStreams = registry.gauge(
            "nexors_ingest_offer_streams",
            "Drivers' streams of offers now open."
        )
        offers = registry.counter("nexors_ingest_offers_total", "Offers passed on to drivers.")
        offerReopenings = registry.counter(
            "nexors_ingest_offer_reopenings_total",
            "Streams of offers opened anew at dispatch behind the driver's."
        )
    }

    func copy(_ calls: RelayCounters) {
        relayed.raise(to: calls.callCount)
        relayFailures.raise(to: calls.failureCount)
        relayRefusals.raise(to: calls.refusedCount)
        offerStreams.set(Int64(calls.offerStreamCount))
        offers.raise(to: calls.offerCount)
        offerReopenings.raise(to: calls.reopenedCount)
    }
}
