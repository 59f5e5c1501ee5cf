package import Calls
internal import Messages
package import Model
internal import Reactor
internal import Synchronization
package import Telemetry
internal import Timekeeping
internal import WireFormat

/// Follows dispatch's feed of each tenant's bookings, for the cache and for those who watch.
///
/// One stream a tenant, resumed behind the last place seen. While it is down the cache of that tenant is not served.
package final class TenantFeeds: Sendable {
    /// The first wait after a stream that failed; doubles.
    package static let backoffFirst = Duration.milliseconds(100)
    /// The longest wait.
    package static let backoffMax = Duration.seconds(5)
    /// The most feeds: streams of one connection between services.
    package static let feedCountMax = 1000

    private struct State {
        var tasks: [TenantID: Task<Void, Never>] = [:]
        var positions: [TenantID: UInt64] = [:]
        /// Places that were not handed out to be stored.
        var changed: Set<TenantID> = []
        var isStopped = false
    }

    private let client: any ServiceCalling
    private let cache: BookingCache
    private let hub: TrackHub
    private let metrics: FeedMetrics
    private let logger: Logger
    private let random: GatewayRandom
    private let state = Mutex(State())

    /// Feeds that nobody follows yet.
    package init(
        client: any ServiceCalling,
        cache: BookingCache,
        hub: TrackHub,
        metrics: FeedMetrics,
        logger: Logger,
        random: GatewayRandom = .secure
    ) {
        self.client = client
        self.cache = cache
        self.hub = hub
        self.metrics = metrics
        self.logger = logger
        self.random = random
    }

    /// Begins to follow a tenant behind `position`, unless it is followed already.
    ///
    /// - Returns: `false` where there are as many feeds as may be.
    @discardableResult
    package func follow(_ tenant: TenantID, after position: UInt64) -> Bool {
        state.withLock { state in
            guard !state.isStopped, state.tasks[tenant] == nil else { return true }
            guard state.tasks.count < Self.feedCountMax else { return false }
            state.positions[tenant] = position
            state.tasks[tenant] = client.loop.spawn { [self] in await run(tenant) }
            return true
        }
    }

    /// The places that changed since the last call, to be stored.
    package func takePositions() -> [(tenant: TenantID, position: UInt64)] {
        state.withLock { state in
            defer { state.changed = [] }
            return state.changed.sorted().map { ($0, state.positions[$0] ?? 0) }
        }
    }

    /// Ends all streams and waits for them.
    package func stop() async {
        let tasks = state.withLock { state in
            state.isStopped = true
            return Array(state.tasks.values)
        }
        for task in tasks { task.cancel() }
        for task in tasks { await task.value }
    }

    private func run(_ tenant: TenantID) async {
        var wait = Self.backoffFirst
        var isRepeat = false
        while !Task.isCancelled {
            let wasLive = await followOnce(tenant, isRepeat: isRepeat)
            cache.setLive(tenant, false)
            wait = wasLive ? Self.backoffFirst : min(wait * 2, Self.backoffMax)
            isRepeat = true
            // Half of it by chance, so that a restarted dispatch does not meet all tenants at once.
            var random = random
            let jitter = Double.random(in: 0.5...1, using: &random)
            guard await client.loop.sleep(for: wait * jitter) else { return }
        }
    }

    /// Follows until the stream ends.
    ///
    /// - Parameter isRepeat: Whether the stream before has ended too.
    /// - Returns: Whether it had caught up.
    private func followOnce(_ tenant: TenantID, isRepeat: Bool) async -> Bool {
        var isLive = false
        do throws(CallError) {
            let position = state.withLock { $0.positions[tenant] ?? 0 }
            let request = WatchTenantBookingsRequest.with { request in
                request.afterPosition = position
                request.withPositions = true
            }
            let stream = try await client.open(
                DispatchMethods.watchTenantBookings.descriptor,
                (try? request.encoded()) ?? [],
                isEnd: true,
                CallOptions(tenant: tenant)
            )
            while let message = try await stream.next() {
                guard let update = try? BookingUpdate(decoding: message),
                    update.tenant == tenant || update.kind == .caughtUp
                else {
                    stream.cancel()
                    metrics.unreadable.increment()
                    logger.error(
                        "a feed's update cannot be read",
                        [GatewayLog.tenant(tenant.rawValue)]
                    )
                    return isLive
                }
                take(update, of: tenant, &isLive)
            }
        } catch {
            // A stop cuts the feeds off itself.
            if !Task.isCancelled { note(error, of: tenant, isNews: isLive || !isRepeat) }
            if error.subCode == DispatchSubCode.positionGone.rawValue,
                error.code == .failedPrecondition || error.code == .outOfRange
            {
                cache.forget(tenant)
                state.withLock { $0.positions[tenant] = 0 }
            }
        }
        return isLive
    }

    /// Counts and tells of a feed that broke. Only the first time in a row is news: while dispatch is away every
    /// tenant's feed is tried every few seconds.
    private func note(_ error: CallError, of tenant: TenantID, isNews: Bool) {
        metrics.broken.increment()
        let fields = [
            GatewayLog.tenant(tenant.rawValue), GatewayLog.code(Int(error.code.rawValue)),
            GatewayLog.reason(error.message),
        ]
        if isNews {
            logger.warning("a feed broke", fields)
        } else {
            logger.debug("a feed does not open", fields)
        }
    }

    private func take(
        _ update: BookingUpdate,
        of tenant: TenantID,
        _ isLive: inout Bool
    ) {
        switch update.kind.known {
        case .caughtUp:
            isLive = true
            cache.setLive(tenant, true)
        case .step:
            metrics.updates.increment()
            cache.apply(update)
            hub.publish(update)
            state.withLock { state in
                state.positions[tenant] = update.feedPosition
                state.changed.insert(tenant)
            }
        case .position:
            metrics.updates.increment()
            cache.apply(update)
            hub.publish(update)
        case nil: break
        }
    }
}
