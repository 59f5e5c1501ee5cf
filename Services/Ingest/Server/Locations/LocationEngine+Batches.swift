internal import Calls
internal import IngestCore
internal import Messages
internal import Model
internal import Reactor
internal import Timekeeping
internal import WireFormat

/// The hot path: a batch of fixes from a driver's stream into the table, the feed and the trail.
extension LocationEngine {
    /// Takes a batch as it lies in the received bytes.
    func receive(_ message: RawSpan, on stream: LocationStream) {
        let batch: LocationBatch
        do throws(WireError) {
            batch = try LocationBatch(decoding: message)
        } catch {
            return cutOff(
                stream,
                CallError(.invalidArgument, "LocationBatch is refused: \(error)")
            )
        }
        counters.batchCount += 1
        stream.hasNews = true
        stream.recentCount += batch.count
        guard stream.reference != .none else {
            // He may be about to open his shift: nothing is acknowledged, so his phone keeps them all.
            table.refuseOffDuty(batch.count)
            stream.refusedCount = stream.refusedCount &+ UInt32(truncatingIfNeeded: batch.count)
            return
        }
        if stream.isFirstBatch { beginNumbering(batch, message, stream) }
        let outcome = take(batch, message, stream)
        // Not by a timer: what the phone sent in time and a network held up comes before this batch.
        if let end = stream.resumingEnd, loop.now >= end { endResuming(stream) }
        if outcome.isShown {
            feed.noteFix(of: stream.reference)
            feedChanged()
        }
        if outcome.isMalformed {
            return cutOff(stream, CallError(.invalidArgument, "a record's flags are not zero"))
        }
        if stream.refusedRun >= Self.refusedRunMax {
            cutOff(
                stream,
                CallError(
                    .resourceExhausted,
                    "\(stream.refusedRun) fixes in a row were refused",
                    subCode: IngestSubCode.tooManyRefused.rawValue,
                    retryAfter: .seconds(60)
                )
            )
        }
    }

    private struct BatchOutcome {
        /// A fix changed what is shown of the vehicle.
        var isShown = false
        /// A record breaks the format: the stream cannot be believed.
        var isMalformed = false
    }

    /// Takes the records of a batch.
    ///
    /// The reference, the time and the trail's room are the same for all of them, and looked up once.
    private func take(
        _ batch: LocationBatch,
        _ message: RawSpan,
        _ stream: LocationStream
    ) -> BatchOutcome {
        var outcome = BatchOutcome()
        let (reference, now) = (stream.reference, now)
        let isTrailFull = trail.isFull
        var refused: UInt32 = 0
        for index in 0..<batch.count {
            let verdict: FixVerdict
            do throws(WireError) {
                let record = try batch.record(at: index, in: message)
                let fix = Fix(record, batch)
                verdict = table.take(
                    fix,
                    // On his own stream a driver need not name himself.
                    named: record.driverReference == 0
                        ? reference.rawValue : record.driverReference,
                    stream: reference,
                    now: now,
                    isTrailFull: isTrailFull
                )
                if verdict.isTaken, fix.isOnTrip { keep(fix, of: reference, at: now) }
            } catch {
                guard error != .reservedNotZero else {
                    outcome.isMalformed = true
                    break
                }
                verdict = takeUnreadable(index, batch, message, reference)
            }
            switch verdict {
            case .live, .deferred:
                outcome.isShown = true
                stream.refusedRun = 0
            case .late, .duplicate:
                stream.refusedRun = 0
            case .offDuty:
                refused &+= 1
            default:
                refused &+= 1
                stream.refusedRun += 1
            }
        }
        stream.refusedCount = stream.refusedCount &+ refused
        return outcome
    }

    /// Gives a fix of a trip to the trail, which holds back its acknowledgement.
    private func keep(_ fix: Fix, of reference: DriverReference, at now: Int64) {
        guard let duty = table.duty(of: reference) else { return }
        let entry = TrailFix(duty: duty, fix: fix, receivedAt: now)
        trail.add(entry, table.trailKey(reference))
    }

    /// A record with a value out of range: its number counts as arrived, or the phone would send it for ever.
    private func takeUnreadable(
        _ index: Int,
        _ batch: LocationBatch,
        _ message: RawSpan,
        _ reference: DriverReference
    ) -> FixVerdict {
        let offset = LocationBatch.headerByteCount + index * batch.recordByteCount
        let named = (try? message.integer(UInt64.self, at: offset)) ?? 0
        let sequence = (try? message.integer(UInt32.self, at: offset + 8)) ?? 0
        return table.takeUnreadable(
            sequence: sequence,
            named: named == 0 ? reference.rawValue : named,
            stream: reference
        )
    }

    /// Where our table knows nothing of the shift, after a restart, its numbering goes on with what the phone sends.
    ///
    /// A stream that opened before dispatch told of the shift had its first batches refused, and a phone may send what
    /// is new before what it still has. So the lowest number counts that comes in `resumingTime`, which is longer than
    /// a phone waits before it sends again what is not acknowledged (PROTOCOL.md 11).
    private func beginNumbering(
        _ batch: LocationBatch,
        _ message: RawSpan,
        _ stream: LocationStream
    ) {
        stream.isFirstBatch = false
        let isUnnumbered = table.isUnnumbered(stream.reference)
        guard isUnnumbered || table.isResuming(stream.reference) else { return }
        var oldest = UInt32.max
        for index in 0..<batch.count {
            let offset = LocationBatch.headerByteCount + index * batch.recordByteCount
            guard let sequence = try? message.integer(UInt32.self, at: offset + 8) else { continue }
            oldest = min(oldest, sequence)
        }
        // From 1 on all of the shift is there: a numbering that begins.
        if isUnnumbered {
            guard batch.count > 0, oldest > 1 else { return }
            table.resumeNumbering(stream.reference)
        }
        stream.resumingEnd = loop.now.advanced(by: Self.resumingTime)
    }

    /// The phone has sent all that it has of what the process before us did not acknowledge.
    func endResuming(_ stream: LocationStream) {
        stream.resumingEnd = nil
        table.endResuming(stream.reference)
    }
}

extension Fix {
    /// The fix in a record; its times cannot overflow, by the ranges that the batch was held to.
    @inline(__always)
    init(_ record: LocationRecord, _ batch: LocationBatch) {
        self.init(
            measuredAt: batch.baseTimeMilliseconds &+ Int64(record.offsetMilliseconds),
            latitudeE7: record.latitudeE7,
            longitudeE7: record.longitudeE7,
            sequence: record.sequence,
            speed: record.speedCentimetersPerSecond,
            heading: record.headingHundredthsOfDegree,
            accuracy: record.accuracyDecimeters,
            status: record.status
        )
    }
}
