internal import Synchronization

/// A number that only grows: events since the program's start. One relaxed addition, from any thread.
package final class Counter: Sendable {
    private let count = Atomic<UInt64>(0)

    /// A counter at zero; `MetricsRegistry` makes those that are shown.
    package init() {}

    /// Counts `events` more.
    package func increment(by events: UInt64 = 1) {
        count.wrappingAdd(events, ordering: .relaxed)
    }

    /// Takes over `count` of an owner that counts in plain integers and shows them now and then; for a counter that
    /// nobody else touches.
    package func raise(to count: UInt64) {
        increment(by: count &- value)
    }

    /// The count so far.
    package var value: UInt64 { count.load(ordering: .relaxed) }
}

/// A number that goes up and down: what is open, queued or used now.
package final class Gauge: Sendable {
    private let number = Atomic<Int64>(0)

    /// A gauge at zero; `MetricsRegistry` makes those that are shown.
    package init() {}

    /// Shows `value` from now on.
    package func set(_ value: Int64) {
        number.store(value, ordering: .relaxed)
    }

    /// Moves by `delta`, which may be negative.
    package func add(_ delta: Int64) {
        number.wrappingAdd(delta, ordering: .relaxed)
    }

    /// What it shows.
    package var value: Int64 { number.load(ordering: .relaxed) }
}
