internal import Messages
internal import Telemetry

/// What dispatch shows of its engine, beside what the runtime shows of calls, store and outbox; taken once a second.
// Belongs to the shell's loop; the metrics themselves are read from anywhere.
final class DispatchMetrics {
    private let driversOnDuty: Gauge
    private let driversFree: Gauge
    private let offersOpen: Gauge
    private let openBookings: Gauge
    private let pendingJobs: Gauge
    private let pendingCommands: Gauge
    private let joined: Counter
    private let replayed: Counter
    private let failedJobs: Counter
    private let overtaken: Counter
    private let fixes: Counter
    private let unknownReferences: Counter
    private let unseated: Counter
    private let brokenSubscriptions: Counter
    private let unreadableFixes: Counter
    private let lostDrivers: Counter
    private var lastLost: UInt64 = 0
    private var last = EngineCounters()
    private var lastSubscription = FixSubscription.Counters()

    init(_ registry: MetricsRegistry) {
        driversOnDuty = registry.gauge(
            "nexors_dispatch_on_duty_drivers",
            "Drivers with an open shift."
        )
        driversFree = registry.gauge(
            "nexors_dispatch_free_drivers",
            "Drivers in sight without a trip."
        )
        offersOpen = registry.gauge(
            "nexors_dispatch_open_offers",
            "Offers that wait for an answer."
        )
        openBookings = registry.gauge(
            "nexors_dispatch_open_bookings",
            "Bookings that can still change."
        )
        pendingJobs = registry.gauge(
            "nexors_dispatch_pending_transactions_items",
            "Transactions handed out and not reported."
        )
        pendingCommands = registry.gauge(
            "nexors_dispatch_pending_commands",
            "Commands that wait for their reply."
        )
        joined = registry.counter(
            "nexors_dispatch_commands_joined_total",
            "Commands that joined the same one under way."
        )
        replayed = registry.counter(
            "nexors_dispatch_decisions_replayed_total",
            "Decisions whose command had been carried out before."
        )
        failedJobs = registry.counter(
            "nexors_dispatch_transactions_failed_total",
            "Transactions that failed."
        )
        overtaken = registry.counter(
            "nexors_dispatch_decisions_overtaken_total",
            "Decisions that another writer had overtaken."
        )
        fixes = registry.counter("nexors_dispatch_fixes_total", "Fixes applied.")
        unknownReferences = registry.counter(
            "nexors_dispatch_fixes_unknown_total",
            "Fixes of drivers who are not on duty here."
        )
        unseated = registry.counter(
            "nexors_dispatch_shifts_unseated_total",
            "Shifts that found no place on a full board."
        )
        brokenSubscriptions = registry.counter(
            "nexors_dispatch_fix_streams_broken_total",
            "Streams of fixes that broke or did not open."
        )
        unreadableFixes = registry.counter(
            "nexors_dispatch_fixes_unreadable_total",
            "Messages of fixes that could not be read."
        )
        lostDrivers = registry.counter(
            "nexors_dispatch_drivers_lost_total",
            "Drivers with an offer or on the way to a passenger who fell silent."
        )
    }

    /// Takes over what the shell and its subscription count.
    func take(_ shell: DispatchShell, _ subscription: FixSubscription.Counters) {
        let figures = shell.engine.figures(of: nil)
        driversOnDuty.set(Int64(figures.driversOnDuty))
        driversFree.set(Int64(figures.driversFree))
        offersOpen.set(Int64(figures.offersOpen))
        openBookings.set(Int64(shell.engine.openBookingCount))
        pendingJobs.set(Int64(shell.engine.jobCount))
        pendingCommands.set(Int64(shell.engine.commandCount))
        let now = shell.engine.counters
        joined.increment(by: now.joinedCount - last.joinedCount)
        replayed.increment(by: now.replayCount - last.replayCount)
        failedJobs.increment(by: now.failedJobCount - last.failedJobCount)
        overtaken.increment(by: now.overtakenCount - last.overtakenCount)
        fixes.increment(by: now.fixCount - last.fixCount)
        unknownReferences.increment(
            by: now.unknownReferenceCount - last.unknownReferenceCount
        )
        unseated.increment(by: now.fullBoardCount - last.fullBoardCount)
        brokenSubscriptions.increment(
            by: subscription.brokenCount - lastSubscription.brokenCount
        )
        unreadableFixes.increment(
            by: subscription.unreadableCount - lastSubscription.unreadableCount
        )
        lostDrivers.increment(by: shell.lostCount - lastLost)
        lastLost = shell.lostCount
        last = now
        lastSubscription = subscription
    }
}
