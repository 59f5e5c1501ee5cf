internal import GatewayCore
package import HTTP
package import Messages
package import Model
package import Reactor
internal import Synchronization

/// Who watches which booking: each update of a tenant's feed goes to the streams of its booking, on their loops.
package final class TrackHub: Sendable {
    /// The most streams of one booking; a page that reconnects wildly must not take the others' places.
    package static let streamsPerBookingMax = 64

    private let streams = Mutex<[BookingID: [TrackStream]]>([:])

    /// A hub that nobody watches.
    package init() {}

    /// How many streams there are.
    package var streamCount: Int { streams.withLock { $0.values.reduce(0) { $0 + $1.count } } }

    /// Adds a stream.
    ///
    /// - Returns: `false` where the booking has as many as it may.
    package func add(_ stream: TrackStream) -> Bool {
        streams.withLock { streams in
            guard streams[stream.booking, default: []].count < Self.streamsPerBookingMax else {
                return false
            }
            streams[stream.booking, default: []].append(stream)
            return true
        }
    }

    /// Takes a stream out.
    package func remove(_ stream: TrackStream) {
        streams.withLock { streams in
            streams[stream.booking]?.removeAll { $0 === stream }
            if streams[stream.booking]?.isEmpty == true { streams[stream.booking] = nil }
        }
    }

    /// Tells `update` to all who watch its booking. From any thread.
    package func publish(_ update: BookingUpdate) {
        let watching = streams.withLock { $0[update.booking] ?? [] }
        for stream in watching {
            stream.loop.execute { stream.receive(update) }
        }
    }

    /// Tells every stream that this program goes away and when to come back; the server then ends them.
    ///
    /// - Parameter random: Evenly drawn; spreads the return.
    package func announceEnd(random: inout some RandomNumberGenerator) {
        let all = streams.withLock { streams in
            streams.sorted { $0.key < $1.key }.flatMap(\.value)
        }
        for stream in all {
            let wait = Duration.milliseconds(Int64.random(in: 500...5000, using: &random))
            stream.loop.execute { stream.announceEnd(retryAfter: wait) }
        }
    }
}

/// One client's stream of a booking's track.
///
/// Begins by replaying: what comes live meanwhile waits, and is then sent where it is newer.
// Safe: state is touched on the stream's loop alone, which `loop.preconditionCurrent` guards.
package final class TrackStream: @unchecked Sendable {
    /// Live updates that may wait for the replay to end.
    package static let waitingCountMax = 1024

    /// The booking.
    package let booking: BookingID
    /// The loop of the client's connection.
    package let loop: EventLoop
    /// What the client reads.
    package let events: EventStream
    private var lastSequence: UInt64 = 0
    private var waiting: [BookingUpdate]? = []

    /// A stream that replays.
    package init(booking: BookingID, loop: EventLoop) {
        self.booking = booking
        self.loop = loop
        events = EventStream(loop: loop)
    }

    /// Begins behind what the client has already: every event up to number `last`.
    package func begin(after last: UInt64) {
        loop.preconditionCurrent()
        lastSequence = last
    }

    /// Sends the state as it is, as the first event of a client that has none.
    package func begin(with snapshot: BookingSnapshot) {
        send(
            BookingUpdate.with { update in
                update.kind = WireEnum(.step)
                update.booking = snapshot.booking
                update.tenant = snapshot.tenant
                update.sequence = snapshot.sequence
                update.at = snapshot.updatedAt
                update.state = snapshot.state
                update.reason = snapshot.reason
                update.actor = snapshot.actor
                update.driver = snapshot.driver
                update.driverPosition = snapshot.driverPosition
                update.driverPositionAt = snapshot.driverPositionAt
                update.pickupMilliseconds = snapshot.pickupMilliseconds
                update.note = snapshot.note
            }
        )
    }

    /// Sends an event of the past.
    package func replay(_ update: BookingUpdate) {
        if update.kind == .step, update.sequence > lastSequence { send(update) }
    }

    /// Goes live.
    package func endReplay() {
        loop.preconditionCurrent()
        let held = waiting ?? []
        waiting = nil
        for update in held { receive(update) }
    }

    /// Takes a live update.
    package func receive(_ update: BookingUpdate) {
        loop.preconditionCurrent()
        if waiting != nil {
            guard (waiting?.count ?? 0) < Self.waitingCountMax else {
                // The client comes back with the last id that it has, which is cheaper than to keep more.
                events.finish()
                return
            }
            waiting?.append(update)
            return
        }
        switch update.kind.known {
        case .step where update.sequence > lastSequence: send(update)
        case .position where update.sequence >= lastSequence: send(update)
        default: break
        }
    }

    /// Tells the client when to come back.
    package func announceEnd(retryAfter: Duration) {
        events.send(ServerSentEvent(name: "going_away", data: Array("{}".utf8), retry: retryAfter))
    }

    private func send(_ update: BookingUpdate) {
        loop.preconditionCurrent()
        let isStep = update.kind == .step
        events.send(
            ServerSentEvent(
                id: isStep ? "\(update.sequence)" : nil,
                name: isStep ? "state" : "position",
                data: BookingDocument.event(update)
            )
        )
        guard isStep else { return }
        lastSequence = max(lastSequence, update.sequence)
        if update.state.known?.isFinal == true { events.finish() }
    }
}
