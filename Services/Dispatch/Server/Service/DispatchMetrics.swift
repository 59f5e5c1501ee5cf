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
            "Drivers with an offer, on the way to a passenger or with him on board who fell silent."
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
        let counters = shell.engine.counters
        joined.raise(to: counters.joinedCount)
        replayed.raise(to: counters.replayCount)
        failedJobs.raise(to: counters.failedJobCount)
        overtaken.raise(to: counters.overtakenCount)
        fixes.raise(to: counters.fixCount)
        unknownReferences.raise(to: counters.unknownReferenceCount)
        unseated.raise(to: counters.fullBoardCount)
        brokenSubscriptions.raise(to: subscription.brokenCount)
        unreadableFixes.raise(to: subscription.unreadableCount)
        lostDrivers.raise(to: shell.lostCount)
    }
}
