package import Reactor
internal import WireConnection
internal import WireFormat

/// A call with a stream of messages, as its handler sees it: read with `next`, write with `send`.
///
/// The handler runs in a task on the connection's loop; both directions push back by credit. One task
/// reads and one writes at a time.
// Safe: touched on the connection's loop alone, which every entry checks.
package final class ServerStream: @unchecked Sendable {
    /// What the call is.
    package let context: CallContext
    let stream: StreamID
    private unowned let connection: any CallCarrier
    /// Messages that came and were not read; bounded by the credit that the peer has.
    private var inbox: [[UInt8]] = []
    private var inboxHead = 0
    private var isRemoteEnded = false
    /// Why nothing more can be read or written.
    private var failure: CallError?
    private let readable: LoopSignal
    private let writable: LoopSignal
    private var isWaitingToWrite = false

    init(_ context: CallContext, _ stream: StreamID, on connection: any CallCarrier) {
        self.context = context
        self.stream = stream
        self.connection = connection
        readable = LoopSignal(loop: connection.loop)
        writable = LoopSignal(loop: connection.loop)
    }

    /// Whether messages can still be written.
    package var isOpen: Bool { failure == nil }

    /// The loop that the handler runs on.
    package var loop: EventLoop { connection.loop }

    /// The next message of the client; `nil` after its last.
    ///
    /// - Throws: `.cancelled` or `.deadlineExceeded`, or that the connection was lost.
    package func next() async throws(CallError) -> [UInt8]? {
        connection.loop.preconditionCurrent()
        while true {
            if inboxHead < inbox.count { return takeNext() }
            if let failure { throw failure }
            if isRemoteEnded { return nil }
            await readable.wait()
        }
    }

    private func takeNext() -> [UInt8] {
        let message = inbox[inboxHead]
        inboxHead += 1
        if inboxHead == inbox.count {
            inbox.removeAll(keepingCapacity: true)
            inboxHead = 0
        }
        // Read is consumed: the client may send as much again.
        connection.consumed(message.count, on: stream)
        return message
    }

    /// Sends a message, waiting for the client's credit where it must.
    ///
    /// - Parameter message: 1 ... 65,536 bytes.
    /// - Throws: `.cancelled`, `.deadlineExceeded`, or that the connection was lost.
    package func send(_ message: [UInt8]) async throws(CallError) {
        connection.loop.preconditionCurrent()
        while true {
            // Safe: every byte of an array of bytes is initialised.
            if try unsafe trySend(message.span.bytes) { return }
            isWaitingToWrite = true
            await writable.wait()
        }
    }

    /// Sends a message if the client's credit suffices now.
    ///
    /// - Returns: `false` where it does not: keep the newest and try again when `waitUntilWritable` returns.
    /// - Throws: `.cancelled`, `.deadlineExceeded`, or that the connection was lost.
    package func trySend(_ message: RawSpan) throws(CallError) -> Bool {
        connection.loop.preconditionCurrent()
        if let failure { throw failure }
        switch connection.send(message, on: stream, isEnd: false) {
        case .sent: return true
        case .noCredit: return false
        case .failed(let error): throw error
        }
    }

    /// Waits until credit has come since a message was refused for want of it, or the call has ended.
    package func waitUntilWritable() async {
        guard failure == nil else { return }
        isWaitingToWrite = true
        await writable.wait()
    }

    // MARK: - From the connection

    func received(_ message: RawSpan, isEnd: Bool) {
        if message.byteCount > 0 { inbox.append(message.copied()) }
        if isEnd { isRemoteEnded = true }
        readable.raise()
    }

    func becameWritable() {
        guard isWaitingToWrite else { return }
        isWaitingToWrite = false
        writable.raise()
    }

    func fail(_ error: CallError) {
        guard failure == nil else { return }
        failure = error
        readable.raise()
        writable.raise()
    }

    /// Messages that came and nobody will read: their credit goes back.
    func abandonInbox() {
        while inboxHead < inbox.count { _ = takeNext() }
    }
}
