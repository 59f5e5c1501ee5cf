internal import Glibc
package import Reactor
internal import Timekeeping

/// A connection that carries bytes both ways, plain or under TLS, on one event loop.
///
/// Each turn of the loop reads it at most once and sends what was written at most once, however many messages
/// are in it: the two system calls cost 25 times a small message's own work. Nothing is allocated per
/// message, and an idle channel holds no buffers.
///
/// The loop keeps a started channel until it has ended, and the channel keeps its delegate. References may
/// travel to other threads; calls are made on the loop only, which is checked.
// Safe: every entry checks that it runs on the loop's thread.
@safe
package final class ByteChannel: FileEventHandler, TimerHandler, TurnEndHandler, @unchecked Sendable
{
    /// Where the channel stands.
    enum State {
        /// Made, not started. Next: handshaking, active.
        case idle
        /// TLS is being set up. Next: active, closed.
        case handshaking
        /// Bytes flow. Next: closing, closed.
        case active
        /// Sends what is queued, then the end, then waits for the peer's. Next: closed.
        case closing
        /// Over; the descriptor is closed.
        case closed
    }

    /// The most bytes one turn sends.
    static let sendByteCountMax = 256 * 1024
    /// The most bytes a closing channel reads and drops while it waits for the peer's end.
    static let lingerByteCountMax = 1024 * 1024

    /// The loop that the channel lives on.
    package let loop: EventLoop
    /// The limits.
    package let options: ByteChannelOptions
    /// The other side; `nil` for a pair of local sockets.
    package let peerAddress: SocketAddress?
    /// Who hears of the channel; kept until the channel has ended.
    package var delegate: (any ByteChannelDelegate)?
    /// Bytes read from the peer so far, as they came over the network.
    package internal(set) var receivedByteCount: UInt64 = 0
    /// Bytes sent to the peer so far, as they went over the network.
    package internal(set) var sentByteCount: UInt64 = 0
    /// Why the channel ended; `nil` while it lives.
    package internal(set) var closeReason: CloseReason?
    /// The application protocol that TLS chose; `nil` before the handshake has ended and where plain.
    package internal(set) var negotiatedProtocol: String?
    /// The DNS names in the peer's certificate, verified: who it is. None where it showed none.
    package internal(set) var peerNames: [String] = []

    let security: ChannelSecurity
    var tls: TLSSession?

    let pool: BufferPool
    let descriptor: Int32
    weak var owner: (any ByteChannelOwner)?
    var state = State.idle
    var registration: FileRegistration?
    var interest: FileEvents = []
    var rest = InputRest()
    /// What was written and is neither encrypted nor sent.
    let output = ByteQueue()
    var timer = TimerToken.none
    var lastProgress: Instant
    var lingeredByteCount = 0
    /// What the delegate is told once lingering is over.
    var endReason = CloseReason.closedHere

    var isTurnEndAsked = false
    var isActivationAsked = false
    var isDeliveryAsked = false
    /// The peer's end came while reading was paused.
    var isEndHeldBack = false
    var isReadingPaused = false
    /// The peer's end was read.
    var isReadEnded = false
    /// Our end is to be sent once all is.
    var isWriteEndAsked = false
    /// Our end was sent.
    var isWriteEnded = false
    /// The system takes no more: wait for it to become writable.
    var isBlocked = false
    var isAboveHighMark = false
    /// The peer's end of TLS was read.
    var isSecureEndRead = false
    /// Our end of TLS was queued.
    var isSecureEndQueued = false
    /// The owner counts this channel's handshake.
    var isHandshakeCounted = false

    /// A channel over a connected non-blocking socket, which it owns from now on.
    ///
    /// Nothing happens before `start()`: set the delegate in between. What is written before a handshake has
    /// ended is sent after it.
    package init(
        loop: EventLoop,
        descriptor: Int32,
        peerAddress: SocketAddress? = nil,
        security: ChannelSecurity = .plain,
        options: ByteChannelOptions = ByteChannelOptions(),
        delegate: (any ByteChannelDelegate)? = nil
    ) {
        loop.preconditionCurrent()
        self.loop = loop
        self.descriptor = descriptor
        self.peerAddress = peerAddress
        self.security = security
        self.options = options
        self.delegate = delegate
        pool = BufferPool.of(loop)
        lastProgress = loop.now
    }

    deinit {
        if state != .closed { Socket.close(descriptor) }
    }

    /// Begins: reads from the peer, and calls `channelActive` at the end of this turn where plain, else
    /// after the handshake.
    package func start() {
        loop.preconditionCurrent()
        precondition(state == .idle, "a channel starts once")
        do throws(SocketError) {
            registration = try loop.register(descriptor, for: .readable, handler: self)
            interest = .readable
        } catch {
            finish(CloseReason(.connectFailed, error.message))
            return
        }
        startHandshake()
    }

    /// Whether the channel can still send.
    package var isOpen: Bool {
        (state == .active || state == .handshaking || state == .idle) && !isWriteEndAsked
    }

    // MARK: - What the loop calls

    package func fileReady(_ events: FileEvents) {
        if events.contains(.writable) {
            isBlocked = false
            askForTurnEnd()
        }
        guard events != .writable else { return }
        if interest.contains(.readable) {
            readOnce()
        } else if !events.isDisjoint(with: [.error, .hangUp]) {
            failFromSocket()
        }
    }

    package func endOfTurn() {
        if state == .closed {
            isTurnEndAsked = false
            deliverClose()
            return
        }
        if isActivationAsked { deliverActivation() }
        if isDeliveryAsked {
            isDeliveryAsked = false
            deliverRest()
        }
        // What the deliveries wrote goes out below; what the calls below write, next turn.
        isTurnEndAsked = false
        if state == .closed {
            askForTurnEnd()
            return
        }
        flush()
        updateInterest()
    }

    package func timerFired(_ token: TimerToken) {
        timer = .none
        switch state {
        case .idle, .closed: break
        case .handshaking:
            finish(
                CloseReason(.handshakeTimedOut, "the peer did not end its TLS handshake in time")
            )
        case .closing where isWriteEnded: finish(endReason)
        case .active, .closing: checkProgress()
        }
    }

    // MARK: - Helpers

    /// Wants `endOfTurn()` in this turn.
    @inline(__always)
    func askForTurnEnd() {
        guard !isTurnEndAsked else { return }
        isTurnEndAsked = true
        loop.atEndOfTurn(self)
    }

    /// Bytes may flow: tells so at the end of the turn, or before the first of them.
    func activate() {
        state = .active
        isActivationAsked = true
        askForTurnEnd()
    }

    /// Tells epoll what the channel waits for, where that changed.
    func updateInterest() {
        guard state != .closed, let registration else { return }
        var wanted: FileEvents = []
        if !isReadEnded, !isReadingPaused || state == .closing { wanted.insert(.readable) }
        if isBlocked { wanted.insert(.writable) }
        guard wanted != interest else { return }
        interest = wanted
        loop.update(registration, to: wanted)
    }
}
