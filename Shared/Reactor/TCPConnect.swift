internal import Glibc
internal import Timekeeping

/// One attempt to connect to one address, on a loop.
package final class TCPConnect: FileEventHandler, TimerHandler {
    /// What an attempt ends with: a connected descriptor, the receiver's to close, or why not.
    package typealias Outcome = Result<Int32, SocketError>

    private let loop: EventLoop
    private let address: SocketAddress
    private var descriptor: Int32 = -1
    private var registration: FileRegistration?
    private var timer = TimerToken.none
    private var completion: ((Outcome) -> Void)?

    /// Starts connecting. `completion` is called once, on the loop, never before this returns.
    ///
    /// - Parameter timeout: how long it may take; `.timedOut` after it.
    package init(
        loop: EventLoop,
        address: SocketAddress,
        timeout: Duration,
        completion: @escaping (Outcome) -> Void
    ) {
        loop.preconditionCurrent()
        self.loop = loop
        self.address = address
        self.completion = completion
        timer = loop.schedule(after: timeout, self)
        do throws(SocketError) {
            try begin()
        } catch {
            let failure = error
            loop.cancel(timer)
            timer = loop.schedule(after: .zero) { self.finish(.failure(failure)) }
        }
    }

    /// Gives up: `completion` gets `.cancelled` before this returns, unless it was called already.
    package func cancel() {
        finish(.failure(SocketError(.cancelled, "the connect to \(address) was cancelled")))
    }

    private func begin() throws(SocketError) {
        descriptor = try Socket.make(like: address)
        Socket.setNoDelay(descriptor)
        // Safe: the pointer is good for the call.
        let status = unsafe address.withSystemAddress { unsafe connect(descriptor, $0, $1) }
        guard status == 0 || errno == EINPROGRESS else {
            throw SocketError(errno: errno, doing: "connect to \(address)")
        }
        // A connect that is done at once is reported as writable too, so there is one way to the end.
        registration = try loop.register(descriptor, for: .writable, handler: self)
    }

    package func fileReady(_ events: FileEvents) {
        let code = Socket.pendingError(of: descriptor)
        guard code == 0 else {
            finish(.failure(SocketError(errno: code, doing: "connect to \(address)")))
            return
        }
        let connected = descriptor
        if let registration { loop.deregister(registration) }
        registration = nil
        descriptor = -1
        finish(.success(connected))
    }

    package func timerFired(_ token: TimerToken) {
        finish(.failure(SocketError(.timedOut, "no answer from \(address) in time")))
    }

    private func finish(_ outcome: Outcome) {
        guard let completion else { return }
        self.completion = nil
        loop.cancel(timer)
        if let registration { loop.deregister(registration) }
        registration = nil
        if descriptor >= 0 { Socket.close(descriptor) }
        descriptor = -1
        completion(outcome)
    }
}
