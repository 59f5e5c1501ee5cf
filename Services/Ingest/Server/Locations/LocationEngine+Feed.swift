package import Calls
internal import IngestCore
internal import Messages
internal import Model
internal import Reactor
internal import Timekeeping
internal import WireFormat

/// The stream of positions to dispatch.
extension LocationEngine {
    /// Dispatch opens its stream.
    package func openFeed(_ call: CallbackStream) throws(CallError) -> any StreamReceiver {
        guard !isClosing else {
            throw CallError(.unavailable, "ingest is stopping", isNotProcessed: true)
        }
        return FixSubscriber(call, engine: self)
    }

    /// Gives a stream its place in the feed.
    func subscribe(_ subscriber: FixSubscriber, isSnapshotWanted: Bool) throws(CallError) {
        guard
            let place = feed.subscribe(snapshotOf: table, isSnapshotWanted: isSnapshotWanted)
        else {
            throw CallError(
                .resourceExhausted,
                "as many streams of positions are open as may",
                retryAfter: .seconds(5),
                isNotProcessed: true
            )
        }
        subscriber.subscriber = place
        subscriber.snapshotCount = feed.waitingCount(place)
        subscribers.append(subscriber)
        flush(subscriber)
    }

    /// The stream is over.
    func unsubscribe(_ subscriber: FixSubscriber) {
        guard let place = subscriber.subscriber else { return }
        subscriber.subscriber = nil
        subscribers.removeAll { $0 === subscriber }
        feed.unsubscribe(place)
    }

    /// A position is new: it leaves with 255 others at the end of this turn, or within 5 ms.
    func feedChanged() {
        for subscriber in subscribers {
            guard let place = subscriber.subscriber else { continue }
            if subscriber.waitingSince == nil { subscriber.waitingSince = loop.now }
            guard !subscriber.isBlocked else { continue }
            if feed.waitingCount(place) >= FixSubscriber.recordCountDue {
                if !isFlushDue {
                    isFlushDue = true
                    loop.atEndOfTurn(self)
                }
            } else if flushTimer.isNone {
                flushTimer = loop.schedule(after: FixSubscriber.flushInterval, self)
            }
        }
    }

    package func endOfTurn() {
        isFlushDue = false
        flushAll()
    }

    func flushAll() {
        loop.cancel(flushTimer)
        flushTimer = .none
        // A copy: sending may end a stream.
        for subscriber in subscribers where !subscriber.isBlocked { flush(subscriber) }
    }

    /// Sends what waits for a subscriber, as far as its credit goes.
    func flush(_ subscriber: FixSubscriber) {
        while let place = subscriber.subscriber, !subscriber.isBlocked {
            let waiting = feed.waitingCount(place)
            let isMark = subscriber.snapshotCount == 0
            guard waiting > 0 || isMark else { break }
            // The snapshot ends with a batch of its own, so that its mark stands behind it.
            let limit = isMark ? 0 : min(waiting, subscriber.snapshotCount ?? waiting)
            let count = encode(subscriber, place, atMost: min(limit, FixSubscriber.recordCountMax))
            guard subscriber.scratch.withBytes({ subscriber.call.send($0) }) else {
                subscriber.isBlocked = true
                break
            }
            // A write that fails may have ended the stream.
            guard subscriber.subscriber != nil else { break }
            feed.take(place, count: count)
            counters.feedBatchCount += 1
            counters.feedRecordCount += UInt64(count)
            if isMark {
                subscriber.snapshotCount = nil
            } else if let left = subscriber.snapshotCount {
                subscriber.snapshotCount = left - count
            } else if let since = subscriber.waitingSince {
                onFeedLag?(since.duration(to: loop.now))
            }
            // What is left came later, but how much later is not known: the lag is never shown too short.
            if waiting == count { subscriber.waitingSince = nil }
        }
    }

    /// Writes a batch of the first waiting positions into the subscriber's buffer.
    ///
    /// - Returns: How many vehicles of the queue it stands for.
    private func encode(
        _ subscriber: FixSubscriber,
        _ place: FixFeed.Subscriber,
        atMost limit: Int
    ) -> Int {
        let first = limit > 0 ? table.newestFix(of: feed.waiting(place, at: 0)) : nil
        let latest = LocationBatch.baseTimeMillisecondsMax
        let base = min(max(0, first?.measuredAt ?? now), latest)
        subscriber.scratch.removeAll()
        guard
            var writer = try? LocationBatchWriter(
                to: &subscriber.scratch,
                baseTimeMilliseconds: base
            )
        else { preconditionFailure("the base time was clamped to its range") }
        var count = 0
        while count < limit {
            let reference = feed.waiting(place, at: count)
            if let fix = table.newestFix(of: reference) {
                // A batch spans 24 days each way; a rehearsal that jumps further starts another.
                guard let offset = Int32(exactly: fix.measuredAt &- base) else {
                    // The first is the base itself, but for times that no check lets through.
                    count = max(count, 1)
                    break
                }
                let record = LocationRecord(fix, reference: reference.rawValue, offset: offset)
                // Its values were in range when they came.
                try? writer.append(record, to: &subscriber.scratch)
            }
            count += 1
        }
        writer.finish(&subscriber.scratch)
        return count
    }
}

extension LocationRecord {
    /// A fix as it travels to dispatch; its values were in range when they came.
    @inline(__always)
    init(_ fix: Fix, reference: UInt64, offset: Int32) {
        self.init(
            driverReference: reference,
            sequence: fix.sequence,
            offsetMilliseconds: offset,
            latitudeE7: fix.latitudeE7,
            longitudeE7: fix.longitudeE7,
            speedCentimetersPerSecond: fix.speed,
            headingHundredthsOfDegree: fix.heading,
            accuracyDecimeters: fix.accuracy,
            status: fix.status
        )
    }
}
