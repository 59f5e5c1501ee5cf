package import Reactor
internal import Timekeeping

/// A response of server-sent events that publishers push into, on the loop of its connection.
///
/// The handler makes it, keeps it where events arise, and answers with it. Events sent before the response
/// has begun wait. A client that reads too slowly is cut off: it comes back with Last-Event-ID and catches
/// up from there, which costs less than keeping its past for it.
// Safe: state is touched on the loop's thread only; each call asserts that.
@safe
package final class EventStream: TimerHandler, @unchecked Sendable {
    /// Silence after which a comment is sent, so that proxies keep the connection.
    package static let keepAliveInterval = Duration.seconds(15)
    /// Bytes that may wait for a slow client, by default.
    package static let pendingByteCountMax = 64 * 1024

    /// How a stream ended.
    package enum End: Equatable, Sendable {
        /// The publisher finished it.
        case finished
        /// The client went away, or the server drains.
        case disconnected
        /// The client read too slowly.
        case tooSlow
    }

    /// The loop of the connection.
    package let loop: EventLoop
    private let pendingLimit: Int
    private var sink: (any ResponseSink)?
    private var early: [UInt8] = []
    private var timer = TimerToken.none
    private var lastSentAt: Instant
    private var ended: End?
    private var onEnd: ((End) -> Void)?

    /// A stream without events.
    package init(loop: EventLoop, pendingByteCountMax: Int = EventStream.pendingByteCountMax) {
        self.loop = loop
        pendingLimit = pendingByteCountMax
        lastSentAt = loop.now
    }

    /// How the stream ended; `nil` while it lives.
    package var end: End? {
        loop.preconditionCurrent()
        return ended
    }

    /// Calls `body` once when the stream ends, at once where it has.
    package func whenEnded(_ body: @escaping (End) -> Void) {
        loop.preconditionCurrent()
        if let ended {
            body(ended)
        } else {
            onEnd = body
        }
    }

    /// Sends an event; false where the stream has ended, by this event or before.
    @discardableResult
    package func send(_ event: ServerSentEvent) -> Bool {
        loop.preconditionCurrent()
        var bytes: [UInt8] = []
        bytes.reserveCapacity(event.data.count + 64)
        event.append(to: &bytes)
        return push(bytes)
    }

    /// Ends the stream after what was sent.
    package func finish() { close(.finished) }

    private func push(_ bytes: [UInt8]) -> Bool {
        guard ended == nil else { return false }
        lastSentAt = loop.now
        let waiting = sink?.pendingByteCount ?? early.count
        guard waiting + bytes.count <= pendingLimit else {
            close(.tooSlow)
            return false
        }
        if let sink {
            sink.sendBody(bytes)
        } else {
            early.append(contentsOf: bytes)
        }
        return ended == nil
    }

    /// The connection has sent the head and takes events from here on.
    func attach(_ sink: any ResponseSink) {
        guard ended == nil else {
            if !early.isEmpty { sink.sendBody(early) }
            sink.endBody(isComplete: ended == .finished)
            return
        }
        self.sink = sink
        if !early.isEmpty { sink.sendBody(early) }
        early = []
        lastSentAt = loop.now
        timer = loop.schedule(after: Self.keepAliveInterval, self)
    }

    /// Sends the comment where the stream was silent for the interval, and waits for the next time it may be.
    package func timerFired(_ token: TimerToken) {
        guard ended == nil else { return }
        if loop.now >= lastSentAt.advanced(by: Self.keepAliveInterval) {
            guard push(ServerSentEvent.keepAlive) else { return }
        }
        timer = loop.schedule(at: lastSentAt.advanced(by: Self.keepAliveInterval), self)
    }

    /// Ends the stream; the first call counts.
    func close(_ end: End) {
        loop.preconditionCurrent()
        guard ended == nil else { return }
        ended = end
        loop.cancel(timer)
        let sink = self.sink
        self.sink = nil
        if end != .disconnected { sink?.endBody(isComplete: end == .finished) }
        let body = onEnd
        onEnd = nil
        body?(end)
    }
}
