package import Calls
internal import Geo
package import IngestCore
package import Messages
package import Model
package import Reactor
package import Storage
package import Timekeeping
internal import WireFormat

/// What a location engine counts beside the verdicts; read by metrics.
package struct LocationCounters: Hashable, Sendable {
    /// Batches of fixes that came.
    package var batchCount: UInt64 = 0
    /// Acknowledgements that were sent.
    package var acknowledgementCount: UInt64 = 0
    /// Batches that were sent to subscribers.
    package var feedBatchCount: UInt64 = 0
    /// Positions in them.
    package var feedRecordCount: UInt64 = 0
    /// Streams that a newer one of the same driver replaced.
    package var replacedCount: UInt64 = 0
    /// Streams that were cut off for what they sent.
    package var cutOffCount: UInt64 = 0
}

/// The live positions of all drivers: their streams in, the table, the stream to dispatch out.
///
/// All on one event loop, in callbacks: no lock, no task, no allocation for a fix. One loop takes more fixes than a
/// million drivers send in the time that its sockets leave it, and one owner is what makes numbering, duplicates and
/// order simple; whoever needs more runs more instances.
// Safe: touched on its loop alone, which every entry from outside the loop checks.
package final class LocationEngine: TimerHandler, TurnEndHandler, @unchecked Sendable {
    /// How often each stream is acknowledged.
    package static let acknowledgementInterval = Duration.seconds(2)
    /// The streams are acknowledged in this many rounds, one after the other, so that ten thousand answers
    /// do not leave in one turn.
    static let roundCount = 20
    /// Location streams at once; each is some 400 bytes here.
    package static let streamCountMax = 65_536
    /// Fixes of one stream in two seconds: 20,000 a second, the backlog of a day within five seconds.
    package static let fixCountPerRoundMax = 40_000
    /// How long a phone has, after a restart of ours, to send again what was not acknowledged.
    package static let resumingTime = Duration.seconds(20)
    /// Fixes refused in a row for what they say.
    package static let refusedRunMax = 1000

    /// The loop of all streams.
    package let loop: EventLoop
    /// What happened so far.
    package internal(set) var counters = LocationCounters()
    /// The trail of trips.
    package let trail: TrailWriter
    /// Hears how long the oldest position of a batch to dispatch had waited.
    package var onFeedLag: ((Duration) -> Void)?
    /// Hears how long the store took for a part of the trail.
    package var onStored: ((Duration) -> Void)?
    /// Hears the round of every tenth of a second, for figures that are copied then.
    package var onRound: (() -> Void)?
    /// As `onRound`, for those of the door.
    package var onConnections: (() -> Void)?

    var table = VehicleTable()
    var feed = FixFeed()
    var subscribers: [FixSubscriber] = []
    var streams: [DriverID: LocationStream] = [:]
    /// By place; empty places are reused.
    var places: [LocationStream?] = []
    var freePlaces: [Int] = []
    var isFlushDue = false
    var flushTimer = TimerToken.none
    let interval: FixInterval
    private let businessNow: @Sendable () -> WallTime
    private var turnNow = Instant(nanoseconds: 0)
    private var turnMilliseconds: Int64 = 0
    private var round = 0
    private var roundTimer = TimerToken.none
    private var scratch = OutputBuffer()
    private(set) var isClosing = false

    /// An engine that does nothing before `start`.
    ///
    /// - Parameters:
    ///   - store: Where the trails of trips go.
    ///   - businessNow: Business time, which phones and rules go by.
    ///   - trailCountMax: Fixes that may wait for the store.
    package init(
        loop: EventLoop,
        store: any TransactionalStore,
        interval: FixInterval,
        businessNow: @escaping @Sendable () -> WallTime,
        trailCountMax: Int = TrailWriter.waitingCountMax
    ) {
        self.loop = loop
        self.interval = interval
        self.businessNow = businessNow
        trail = TrailWriter(loop: loop, store: store, waitingCountMax: trailCountMax)
        trail.mark = { [unowned self] in table.trailMark($0, count: $1, isLast: $2) }
        trail.onStored = { [unowned self] in stored($0, after: $1) }
    }

    /// Begins the rounds of acknowledgement.
    package func start() {
        loop.preconditionCurrent()
        roundTimer = loop.schedule(after: Self.acknowledgementInterval / Self.roundCount, self)
    }

    /// Ends all streams in order: what waits is stored and acknowledged first.
    package func close() async {
        loop.preconditionCurrent()
        isClosing = true
        await trail.flush()
        for stream in places.compactMap(\.self) {
            acknowledge(stream)
            closed(stream)
            stream.call.fail(CallError(.unavailable, "ingest is stopping"))
        }
        for subscriber in subscribers {
            unsubscribe(subscriber)
            subscriber.call.fail(CallError(.unavailable, "ingest is stopping"))
        }
        loop.cancel(roundTimer)
        loop.cancel(flushTimer)
    }

    /// Business time in milliseconds, read once in a turn of the loop.
    var now: Int64 {
        if turnNow != loop.now {
            let last = turnMilliseconds
            turnNow = loop.now
            turnMilliseconds = businessNow().microseconds / 1000
            // Set back by the operator: what is newer than now would hide everything that comes.
            if turnMilliseconds < last &- 1000 { table.forgetFixes(after: turnMilliseconds) }
        }
        return turnMilliseconds
    }

    // MARK: - Streams

    /// A driver opens his stream; an older one of his ends.
    ///
    /// The first acknowledgement goes out at once: it says how far the fixes of an earlier connection came.
    package func open(_ call: CallbackStream) throws(CallError) -> any StreamReceiver {
        guard case .driver(let tenant, let driver) = call.context.peer else {
            throw CallError(.permissionDenied, "only drivers send fixes", isNotProcessed: true)
        }
        guard !isClosing else {
            throw CallError(.unavailable, "ingest is stopping", isNotProcessed: true)
        }
        guard streams.count < Self.streamCountMax || streams[driver] != nil else {
            throw CallError(
                .resourceExhausted,
                "as many streams are open as may",
                retryAfter: .seconds(5),
                isNotProcessed: true
            )
        }
        if let older = streams[driver] {
            counters.replacedCount += 1
            closed(older)
            older.call.fail(Self.failure(.streamReplaced, "a newer stream of the driver took over"))
        }
        let stream = LocationStream(call, tenant: tenant, driver: driver, engine: self)
        stream.place = freePlaces.popLast() ?? places.count
        if stream.place == places.count {
            places.append(stream)
        } else {
            places[stream.place] = stream
        }
        streams[driver] = stream
        bind(stream)
        acknowledge(stream)
        return stream
    }

    /// The phone sends nothing more; the stream ends when all that it sent is settled.
    func ended(_ stream: LocationStream) {
        stream.isEnding = true
        endResuming(stream)
        finishIfSettled(stream)
    }

    /// The stream is over.
    func closed(_ stream: LocationStream) {
        guard streams[stream.driver] === stream else { return }
        streams[stream.driver] = nil
        places[stream.place] = nil
        freePlaces.append(stream.place)
    }

    private func finishIfSettled(_ stream: LocationStream) {
        guard stream.isEnding, !table.isStoring(stream.reference) else { return }
        acknowledge(stream)
        closed(stream)
        stream.call.finish()
    }

    /// Ends a stream for what it sent.
    func cutOff(_ stream: LocationStream, _ error: CallError) {
        counters.cutOffCount += 1
        closed(stream)
        stream.call.fail(error)
    }

    static func failure(_ subCode: IngestSubCode, _ message: String) -> CallError {
        CallError(.failedPrecondition, message, subCode: subCode.rawValue)
    }

    /// Finds out which reference the stream's driver has now.
    private func bind(_ stream: LocationStream) {
        guard let reference = table.reference(of: stream.driver),
            table.duty(of: reference)?.tenant == stream.tenant
        else {
            stream.reference = .none
            return
        }
        stream.reference = reference
    }

    // MARK: - Rounds

    package func timerFired(_ token: TimerToken) {
        if token == flushTimer {
            flushTimer = .none
            flushAll()
            return
        }
        roundTimer = loop.schedule(after: Self.acknowledgementInterval / Self.roundCount, self)
        var place = round
        while place < places.count {
            if let stream = places[place] { visit(stream) }
            place += Self.roundCount
        }
        round = (round + 1) % Self.roundCount
        onRound?()
        onConnections?()
    }

    private func visit(_ stream: LocationStream) {
        let isTooFast = stream.recentCount > Self.fixCountPerRoundMax
        stream.recentCount = 0
        if isTooFast {
            return cutOff(
                stream,
                CallError(
                    .resourceExhausted,
                    "more than \(Self.fixCountPerRoundMax) fixes in two seconds",
                    retryAfter: .seconds(10)
                )
            )
        }
        if stream.hasNews || stream.acknowledged != table.settledSequence(of: stream.reference) {
            acknowledge(stream)
        }
    }

    /// Tells the phone what it may forget. Without credit the next round tells it.
    func acknowledge(_ stream: LocationStream) {
        let newest = table.newestFix(of: stream.reference)
        let isOnDuty = stream.reference != .none
        let ack = LocationAck.with {
            $0.driverReference = stream.reference
            $0.sequence = table.settledSequence(of: stream.reference)
            $0.intervalMilliseconds = interval.milliseconds(isOnDuty: isOnDuty, newest: newest)
            $0.serverTime = loop.timeSource.wallTime
            $0.refusedCount = stream.refusedCount
            $0.isDurable = newest?.isOnTrip ?? false
        }
        scratch.removeAll()
        // All its fields are ours and in range.
        guard (try? ack.encode(to: &scratch)) != nil else { return }
        let message = scratch.array()
        guard stream.call.send(message.span.bytes) else { return }
        stream.acknowledged = ack.sequence
        stream.hasNews = false
        counters.acknowledgementCount += 1
    }

    // MARK: - Trail

    /// A part of the trail is stored: what waited for it may be acknowledged.
    private func stored(_ marks: [TrailMark], after time: Duration) {
        onStored?(time)
        for mark in marks {
            table.noteStored(mark)
            guard let driver = table.duty(of: mark.key.reference)?.driver,
                let stream = streams[driver]
            else { continue }
            finishIfSettled(stream)
        }
    }

    // MARK: - Duties

    /// Takes what dispatch says of one shift.
    ///
    /// - Returns: Whether the reference could be used.
    @discardableResult
    package func apply(_ event: ShiftEvent) -> Bool {
        loop.preconditionCurrent()
        guard event.state == .open else {
            if table.close(event.driverReference, shift: event.shift) { rebind(event.driver) }
            return true
        }
        let isOpen = table.open(event.driverReference, duty: Duty(event))
        rebind(event.driver)
        return isOpen
    }

    /// Takes the answer to a driver's own wish, which comes a moment before dispatch's stream tells of it.
    package func apply(
        _ reply: SetShiftReply,
        vehicle: VehicleID,
        driver: DriverID,
        _ tenant: TenantID
    ) {
        guard reply.state == .open, reply.driverReference != .none else { return }
        let duty = Duty(tenant: tenant, driver: driver, vehicle: vehicle, shift: reply.shift)
        _ = table.openEarly(reply.driverReference, duty: duty)
        rebind(driver)
    }

    /// Dispatch begins to tell all open shifts.
    package func beginSnapshot() {
        table.beginSnapshot()
    }

    /// Dispatch has told all open shifts: others are closed.
    package func endSnapshot() {
        for reference in table.endSnapshot() {
            if let driver = table.duty(of: reference)?.driver { rebind(driver) }
        }
    }

    private func rebind(_ driver: DriverID) {
        guard let stream = streams[driver] else { return }
        let former = stream.reference
        bind(stream)
        if stream.reference != former {
            stream.isFirstBatch = true
            stream.resumingEnd = nil
        }
        stream.hasNews = true
    }

    // MARK: - Questions

    /// A driver's last position, his own fleet asking; `nil` where nothing is known.
    package func lastFix(of driver: DriverID, tenant: TenantID) -> LastFix? {
        loop.preconditionCurrent()
        guard let last = table.lastFix(of: driver), last.duty.tenant == tenant else { return nil }
        return last
    }

    /// Fixes by verdict since the start, indexed by `FixVerdict.rawValue`.
    package var verdictCounts: [UInt64] { table.counts }
    /// Positions that were overtaken before they were sent.
    package var conflatedCount: UInt64 { feed.conflatedCount }
    /// Location streams now open.
    package var streamCount: Int { streams.count }
    /// Vehicles with a number, those off duty included.
    package var vehicleCount: Int { table.count }
    /// Streams of positions now open.
    package var subscriberCount: Int { subscribers.count }
}

extension Duty {
    /// What a shift's event says of its driver.
    init(_ event: ShiftEvent) {
        self.init(
            tenant: event.tenant,
            driver: event.driver,
            vehicle: event.vehicle,
            shift: event.shift
        )
    }
}
