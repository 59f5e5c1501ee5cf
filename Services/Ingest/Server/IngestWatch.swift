internal import Calls
internal import Messages
internal import ServiceRuntime
internal import Storage
internal import Telemetry

/// Ties metrics, health and log lines to what happens in ingest.
final class IngestWatch: Sendable {
    private let streams = Gauge()

    init(
        _ program: ServiceProgram,
        _ engine: LocationEngine,
        _ relay: DispatchRelay,
        _ follower: ShiftFollower,
        _ failpoint: Failpoint
    ) {
        let metrics = IngestMetrics(program.registry)
        let (health, logger) = (program.health, program.logger)
        health.set("shifts", isUp: false)
        follower.onChange = { isFollowing in
            health.set("shifts", isUp: isFollowing)
            if isFollowing {
                logger.info("shifts are current")
            } else {
                logger.debug("shifts are not followed")
            }
        }
        follower.onBreak = { error, failureCount in
            let fields = [RuntimeLog.reason("\(error.code): \(error.message)")]
            // While dispatch is away the stream is tried every few seconds: only the first time is news.
            if failureCount == 0 {
                logger.warning("the stream of shifts broke", fields)
            } else {
                logger.debug("the stream of shifts does not open", fields)
            }
        }
        engine.onFeedLag = { metrics.feedLag.record($0) }
        engine.onStored = { duration in
            failpoint.pass(IngestFailpoint.trailStored)
            metrics.trailCommit.record(duration)
        }
        engine.trail.onFailure = { error in
            logger.error("a trail cannot be stored", [RuntimeLog.reason(error.message)])
        }
        // The engine keeps the closure, so the closure must not keep the engine.
        engine.onRound = { [weak engine, weak follower, streams] in
            guard let engine, let follower else { return }
            metrics.copy(engine, relay, follower)
            streams.set(Int64(engine.streamCount))
        }
    }

    /// Streams of phones that are open, from any thread; a tenth of a second old at most.
    var streamCount: Int { Int(streams.value) }
}
