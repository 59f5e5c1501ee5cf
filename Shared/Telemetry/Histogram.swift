internal import Synchronization
internal import Timekeeping

/// How often values fell into each of a few fixed ranges: latencies, sizes, waits.
///
/// Two relaxed additions and a short search, from any thread. A reader that runs at the same time may see a value in
/// its bucket and not yet in the sum.
// Safe: `buckets` is set in init, freed in deinit, and holds atomics; indices are at most `bounds.count`.
package final class Histogram: @unchecked Sendable {
    /// What a value counts and how it is shown.
    package enum Unit: String, Sendable {
        /// Recorded in nanoseconds, shown in seconds.
        case seconds
        /// Bytes.
        case bytes
        /// Things without a unit of their own, named by the metric: `..._records`.
        case items
    }

    /// The most buckets.
    package static let bucketCountMax = 40

    /// 0.1 ms ... 10 s, about two and a half steps a decade: calls between services and to stores.
    package static let latencyBounds: [Duration] = [
        .microseconds(100), .microseconds(250), .microseconds(500),
        .milliseconds(1), .microseconds(2500), .milliseconds(5),
        .milliseconds(10), .milliseconds(25), .milliseconds(50),
        .milliseconds(100), .milliseconds(250), .milliseconds(500),
        .seconds(1), .milliseconds(2500), .seconds(5), .seconds(10),
    ]

    /// What its values count.
    package let unit: Unit
    /// The upper ends of the ranges, ascending, each its range's last value; above the last lies one more range.
    let bounds: [Int64]
    private let buckets: UnsafeMutablePointer<Atomic<UInt64>>
    private let total = Atomic<Int64>(0)

    /// A histogram of lengths of time; `MetricsRegistry` makes those that are shown.
    package convenience init(bounds: [Duration] = Histogram.latencyBounds) {
        self.init(unit: .seconds, bounds: bounds.map(\.wholeNanoseconds))
    }

    /// A histogram of whole numbers; `MetricsRegistry` makes those that are shown.
    ///
    /// - Parameter bounds: Ascending, 1 ... `bucketCountMax` of them.
    package init(unit: Unit, bounds: [Int64]) {
        precondition(
            (1...Self.bucketCountMax).contains(bounds.count)
                && zip(bounds, bounds.dropFirst()).allSatisfy { $0 < $1 },
            "The bounds of a histogram ascend."
        )
        self.unit = unit
        self.bounds = bounds
        buckets = .allocate(capacity: bounds.count + 1)
        for index in 0...bounds.count {
            (buckets + index).initialize(to: Atomic(0))
        }
    }

    deinit {
        buckets.deinitialize(count: bounds.count + 1)
        buckets.deallocate()
    }

    /// Counts a length of time.
    package func record(_ duration: Duration) {
        record(duration.wholeNanoseconds)
    }

    /// Counts a value: bytes, items, or nanoseconds; `count` times.
    package func record(_ value: Int64, count: Int = 1) {
        var index = 0
        while index < bounds.count, value > bounds[index] { index += 1 }
        buckets[index].wrappingAdd(UInt64(count), ordering: .relaxed)
        total.wrappingAdd(value &* Int64(count), ordering: .relaxed)
    }

    /// How often each range was met, the one above the last bound at the end.
    package var counts: [UInt64] {
        (0...bounds.count).map { buckets[$0].load(ordering: .relaxed) }
    }

    /// The sum of all values: bytes, items, or nanoseconds; wraps after 292 years of waiting.
    package var sum: Int64 { total.load(ordering: .relaxed) }
}
