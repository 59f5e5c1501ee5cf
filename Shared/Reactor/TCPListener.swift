internal import CLinux
internal import Glibc
internal import Timekeeping

/// Takes over the connections that a listener accepts, on its loop.
package protocol TCPListenerDelegate: AnyObject {
    /// A peer connected; `descriptor` is non-blocking, without delay, and the delegate's to close.
    func listener(
        _ listener: TCPListener,
        accepted descriptor: Int32,
        from address: SocketAddress
    )
}

/// Accepts TCP connections on one address.
///
/// Out of file descriptors it refuses new peers and keeps the old: it holds one descriptor in reserve, gives
/// it up to accept the waiting peer and close it, and takes it back. A peer that is told at once can try
/// another instance; one that is left in the backlog waits for its own deadline.
package final class TCPListener: FileEventHandler {
    /// How many connections one turn accepts, so that a flood of them does not hold up the others.
    package static let acceptsPerTurnMax = 64
    /// How long the listener rests where not even the reserve helps.
    package static let rest = Duration.milliseconds(100)

    /// The loop that accepts.
    package let loop: EventLoop
    /// Where the listener listens, with the port that the system chose where 0 was asked for.
    package let address: SocketAddress
    /// Told of each peer that is turned away for want of file descriptors.
    package var onRefusal: () -> Void = {}

    private let descriptor: Int32
    private var reserve: Int32
    private var registration: FileRegistration?
    private var restTimer = TimerToken.none
    private weak var delegate: (any TCPListenerDelegate)?

    /// Listens on `address` and reports to `delegate`, which is held weakly.
    ///
    /// - Parameters:
    ///   - backlog: how many connections may wait to be accepted.
    ///   - sharesPort: whether other listeners of ours may have the same port, one per loop; the system then
    ///     spreads the connections. Two programs started by mistake would share it too.
    /// - Throws: `.addressInUse`, `.permissionDenied` or `.addressInvalid`, each with the address.
    package init(
        loop: EventLoop,
        address: SocketAddress,
        backlog: Int32 = 1024,
        sharesPort: Bool = false,
        delegate: any TCPListenerDelegate
    ) throws(SocketError) {
        loop.preconditionCurrent()
        self.loop = loop
        self.delegate = delegate
        descriptor = try Self.listen(on: address, backlog: backlog, sharesPort: sharesPort)
        self.address = Socket.localAddress(of: descriptor) ?? address
        reserve = Self.openReserve()
        do {
            registration = try loop.register(descriptor, for: .readable, handler: self)
        } catch {
            closeDescriptors()
            throw error
        }
    }

    private static func listen(
        on address: SocketAddress,
        backlog: Int32,
        sharesPort: Bool
    ) throws(SocketError) -> Int32 {
        let descriptor = try Socket.make(like: address)
        // A restarted program takes its port at once, though old connections of it linger in TIME_WAIT.
        Socket.set(descriptor, level: SOL_SOCKET, option: SO_REUSEADDR, to: 1)
        if sharesPort {
            Socket.set(descriptor, level: SOL_SOCKET, option: SO_REUSEPORT, to: 1)
        }
        // Safe: the pointer is good for the call.
        let bound = unsafe address.withSystemAddress { unsafe bind(descriptor, $0, $1) }
        if bound == 0, Glibc.listen(descriptor, backlog) == 0 { return descriptor }
        let code = errno
        Socket.close(descriptor)
        guard code == EADDRINUSE else {
            throw SocketError(errno: code, doing: "listen on \(address)")
        }
        throw SocketError(
            .addressInUse,
            "port \(address.port) on \(address.host) is in use: stop the program that has it "
                + "(ss -ltnp 'sport = :\(address.port)' names it) or configure another port"
        )
    }

    /// Stops listening; peers still in the backlog are refused by the system. A second call does nothing.
    package func close() {
        guard let registration else { return }
        loop.deregister(registration)
        self.registration = nil
        loop.cancel(restTimer)
        closeDescriptors()
    }

    package func fileReady(_ events: FileEvents) {
        var accepted = 0
        while accepted < Self.acceptsPerTurnMax, registration != nil, acceptOne() { accepted += 1 }
    }

    /// Accepts one peer; returns whether another may be waiting.
    private func acceptOne() -> Bool {
        let flags = Int32(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        var accepted: Int32 = -1
        // Safe: accept4 fills at most the length given.
        let address = unsafe Socket.address { pointer, length in
            accepted = unsafe clinux_accept4(descriptor, pointer, length, flags)
            return accepted
        }
        if accepted >= 0, let address {
            Socket.setNoDelay(accepted)
            if let delegate {
                delegate.listener(self, accepted: accepted, from: address)
            } else {
                Socket.close(accepted)
            }
            return true
        }
        if accepted >= 0 {
            Socket.close(accepted)
            return true
        }
        switch errno {
        case EINTR, ECONNABORTED, EPROTO: return true
        case EMFILE, ENFILE, ENOBUFS, ENOMEM: return refuseOne()
        default: return false
        }
    }

    /// Accepts the waiting peer with the reserved descriptor and closes it.
    private func refuseOne() -> Bool {
        onRefusal()
        if reserve >= 0 {
            Socket.close(reserve)
            let peer = clinux_accept4(descriptor, nil, nil, Int32(SOCK_CLOEXEC.rawValue))
            if peer >= 0 { Socket.close(peer) }
            reserve = Self.openReserve()
            if peer >= 0, reserve >= 0 { return true }
        }
        // Level-triggered readiness would spin: rest, then look again.
        guard let registration else { return false }
        loop.update(registration, to: [])
        restTimer = loop.schedule(after: Self.rest) { [weak self] in self?.resume() }
        return false
    }

    private func resume() {
        guard let registration else { return }
        if reserve < 0 { reserve = Self.openReserve() }
        loop.update(registration, to: .readable)
    }

    // Safe: a constant path that ends with a zero.
    private static func openReserve() -> Int32 {
        unsafe open("/dev/null", O_RDONLY | O_CLOEXEC)
    }

    private func closeDescriptors() {
        Socket.close(descriptor)
        if reserve >= 0 { Socket.close(reserve) }
        reserve = -1
    }
}
