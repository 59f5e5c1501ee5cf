package import IngestCore
package import Reactor
package import Storage
internal import Timekeeping

/// What a trail writer counts; read by metrics.
package struct TrailCounters: Hashable, Sendable {
    /// Parts that were stored.
    package var partCount: UInt64 = 0
    /// Fixes in them.
    package var fixCount: UInt64 = 0
    /// Attempts that the store refused; each is made again.
    package var failureCount: UInt64 = 0
}

/// Gathers the fixes of trips and stores them in parts, one commit each, in the order in which they came.
///
/// One part is with the store at a time, so whatever a stored part says of a numbering is true of all before it. A part
/// that fails is tried again until it is stored: nothing that was taken is dropped.
// Safe: touched on its loop alone, which `add` and the tasks of the loop ensure.
package final class TrailWriter: @unchecked Sendable {
    /// How long a fix waits for others.
    package static let flushInterval = Duration.milliseconds(500)
    /// Fixes of one part, and so of one transaction.
    package static let partCountMax = 4096
    /// Fixes that may wait, 64 bytes each; with more, further ones are deferred to the phone.
    package static let waitingCountMax = 65_536
    /// The waits after a failure: from here, doubling, to there.
    private static let retryWait = (first: Duration.milliseconds(200), last: Duration.seconds(5))

    /// What happened so far.
    package private(set) var counters = TrailCounters()
    /// Hears that a part is stored, and how long the store took.
    package var onStored: (([TrailMark], Duration) -> Void)?
    /// Hears that the store refused a part; it is tried again.
    package var onFailure: ((StorageError) -> Void)?
    /// Says how far a vehicle's numbering has come, for the part that holds `count` of its fixes.
    package var mark: ((_ key: TrailKey, _ count: UInt32, _ isLast: Bool) -> TrailMark)?

    private let waitingCountMax: Int
    private let loop: EventLoop
    private let store: any TransactionalStore
    private var waiting: [TrailFix] = []
    private var keys: [TrailKey] = []
    private var storingCount = 0
    private var timer = TimerToken.none
    private var task: Task<Void, Never>?
    private var idle: [LoopPromise<Void>] = []

    /// A writer into `store`.
    package init(
        loop: EventLoop,
        store: any TransactionalStore,
        waitingCountMax: Int = TrailWriter.waitingCountMax
    ) {
        self.waitingCountMax = waitingCountMax
        self.loop = loop
        self.store = store
    }

    /// Fixes that are not stored yet.
    package var unstoredCount: Int { waiting.count + storingCount }

    /// Whether no more can be taken at the moment.
    package var isFull: Bool { unstoredCount >= waitingCountMax }

    /// Takes a fix.
    package func add(_ entry: TrailFix, _ key: TrailKey) {
        waiting.append(entry)
        keys.append(key)
        if waiting.count >= Self.partCountMax {
            storeNow()
        } else if timer.isNone {
            timer = loop.schedule(at: loop.now.advanced(by: Self.flushInterval)) { [weak self] in
                self?.timer = .none
                self?.storeNow()
            }
        }
    }

    /// Returns when nothing waits any more.
    package func flush() async {
        guard unstoredCount > 0 else { return }
        storeNow()
        let promise = LoopPromise<Void>(loop: loop)
        idle.append(promise)
        await promise.value()
    }

    /// Gives up what is not stored; for a stop whose time is over.
    package func abandon() {
        loop.cancel(timer)
        task?.cancel()
    }

    private func storeNow() {
        guard task == nil, !waiting.isEmpty else { return }
        task = loop.spawn { [self] in
            while !waiting.isEmpty, !Task.isCancelled { await storePart() }
            task = nil
            for promise in idle { promise.complete(()) }
            idle.removeAll()
        }
    }

    private func storePart() async {
        let count = min(waiting.count, Self.partCountMax)
        let part = Array(waiting[..<count])
        let marks = marks(of: keys[..<count])
        waiting.removeFirst(count)
        keys.removeFirst(count)
        storingCount = count
        defer { storingCount = 0 }
        var wait = Self.retryWait.first
        while !Task.isCancelled {
            let start = loop.timeSource.now
            do throws(StorageError) {
                try await store.write { session throws(StorageError) in
                    try TrailTable.append(part, in: session)
                }
                counters.partCount += 1
                counters.fixCount += UInt64(count)
                onStored?(marks, start.duration(to: loop.timeSource.now))
                return
            } catch {
                counters.failureCount += 1
                onFailure?(error)
                _ = await loop.sleep(for: wait)
                wait = min(Self.retryWait.last, wait * 2)
            }
        }
    }

    /// One mark for each vehicle of a part.
    private func marks(of part: ArraySlice<TrailKey>) -> [TrailMark] {
        var marks: [TrailMark] = []
        let left = Set(keys[part.endIndex...])
        let sorted = part.sorted()
        var index = 0
        while index < sorted.count {
            let key = sorted[index]
            var count: UInt32 = 0
            while index < sorted.count, sorted[index] == key {
                count += 1
                index += 1
            }
            if let mark = mark?(key, count, !left.contains(key)) { marks.append(mark) }
        }
        return marks
    }
}
