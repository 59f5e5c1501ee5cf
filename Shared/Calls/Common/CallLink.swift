package import Reactor
internal import Timekeeping
package import Transport
package import WireConnection
internal import WireFormat

/// One LBP/1 connection on a byte channel: what clients and servers have in common.
///
/// It feeds received bytes to the connection core, hands its events to the subclass, moves the core's output to
/// the channel and keeps the core's timer. Whatever is sent while received bytes are being handled leaves in one
/// write at the end of the loop's turn.
// Safe: every entry comes from the channel, a timer or a task of the one loop; `loop.preconditionCurrent`
// guards those that others can reach.
package class CallLink: ByteChannelDelegate, TimerHandler, @unchecked Sendable {
    /// The loop of the connection, its calls and their handlers.
    package let loop: EventLoop
    /// The bytes below.
    package let channel: ByteChannel
    /// The protocol.
    ///
    /// Accessed on the loop alone, one access after the other, so the run-time check of that, 7 % of a small
    /// call, is left out.
    // Safe: no access of it calls out to code that could begin another.
    @safe package internal(set) var core: ConnectionCore {
        @inline(__always) _read { yield unsafe storedCore }
        @inline(__always) _modify { yield unsafe &storedCore }
    }
    @exclusivity(unchecked) private var storedCore: ConnectionCore
    /// Whether the connection is over.
    package private(set) var isClosed = false

    /// Events are being handled: output is moved once, after the last of them.
    private var isHandling = false
    /// The channel's queue is full: output stays in the core until it has drained.
    private var isBlocked = false
    private var timer = TimerToken.none
    private var timerDue = Instant(nanoseconds: .max)

    init(channel: ByteChannel, core: consuming ConnectionCore) {
        loop = channel.loop
        self.channel = channel
        unsafe storedCore = core
    }

    // MARK: - For subclasses

    /// Acts on one event; ranges in it point into `bytes`.
    func handle(_ event: ConnectionEvent, _ bytes: RawSpan) {
        preconditionFailure("a subclass handles events")
    }

    /// The connection is over; called once.
    func ended(_ reason: CloseReason) {
        preconditionFailure("a subclass ends its calls")
    }

    // MARK: - The channel

    package func channelActive(_ channel: ByteChannel) {
        settle()
    }

    package func channelReceived(_ channel: ByteChannel, _ bytes: RawSpan) -> Int {
        var consumed = 0
        isHandling = true
        while let event = core.nextEvent(in: bytes, consumed: &consumed, now: loop.now) {
            handle(event, bytes)
        }
        isHandling = false
        settle()
        return consumed
    }

    package func channelReceivedEnd(_ channel: ByteChannel) {
        // A frame that is cut short ends the connection like any other end: PROTOCOL.md, section 1, says nothing more
        // is said then, so the core is not told of what the channel holds back.
        if let event = core.endOfInput(remaining: 0) { handleOutside(event) }
        channel.close()
    }

    package func channelWritable(_ channel: ByteChannel) {
        isBlocked = false
        settle()
        if core.acceptsInput { channel.resumeReading() }
    }

    package func channelClosed(_ channel: ByteChannel, _ reason: CloseReason) {
        guard !isClosed else { return }
        isClosed = true
        loop.cancel(timer)
        ended(reason)
    }

    package func timerFired(_ token: TimerToken) {
        timer = .none
        timerDue = Instant(nanoseconds: .max)
        settle()
    }

    // MARK: - Output and time

    /// Moves what the core wants to send to the channel, takes the events that are due, and sets the timer.
    ///
    /// Called after every command from outside an event; within one it does nothing, since it follows anyway.
    func settle() {
        guard !isHandling, !isClosed else { return }
        while let event = core.nextTimedEvent(now: loop.now) {
            handleOutside(event)
            if isClosed { return }
        }
        moveOutput()
        setTimer()
    }

    /// Lets the connection end once its output is sent.
    func closeAfterOutput() {
        isBlocked = false
        moveOutput()
        channel.close()
    }

    private func handleOutside(_ event: ConnectionEvent) {
        isHandling = true
        handle(event, RawSpan())
        isHandling = false
    }

    private func moveOutput() {
        guard !isBlocked, !core.output.isEmpty else { return }
        let byteCount = core.output.byteCount
        core.output.withBytes { channel.write($0) }
        core.outputTaken(byteCount)
        // The channel's mark, not the core's, bounds what a peer that reads slowly can make us hold.
        isBlocked = !channel.isWritable
        if !core.acceptsInput { channel.pauseReading() }
    }

    private func setTimer() {
        guard let due = core.nextDeadline else { return }
        // An armed timer that is early enough stands: it costs one spurious wake, moving it a heap operation
        // for every message.
        guard due < timerDue else { return }
        loop.cancel(timer)
        timer = loop.schedule(at: due, self)
        timerDue = due
    }
}
