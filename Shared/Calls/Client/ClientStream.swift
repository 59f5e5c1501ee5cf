internal import Reactor
internal import WireConnection
internal import WireFormat

/// A call with a stream of messages, as its caller sees it: write with `send`, read with `next`.
///
/// Belongs to tasks on the connection's loop; one reads and one writes at a time. A caller that is done early says
/// `cancel`.
// Safe: touched on the connection's loop alone, which every entry checks.
package final class ClientStream: @unchecked Sendable {
    private let stream: StreamID
    private let connection: ClientConnection
    private var inbox: [[UInt8]] = []
    private var inboxHead = 0
    /// How the call ended: with `nil` in order.
    private var end: Result<Void, CallError>?
    private let readable: LoopSignal
    private let writable: LoopSignal
    private var isWaitingToWrite = false

    init(_ stream: StreamID, on connection: ClientConnection) {
        self.stream = stream
        self.connection = connection
        readable = LoopSignal(loop: connection.loop)
        writable = LoopSignal(loop: connection.loop)
    }

    /// The next message of the server; `nil` after its last.
    ///
    /// - Throws: How the call ended, where not in order. Cancelling the task cancels the call.
    package func next() async throws(CallError) -> [UInt8]? {
        connection.loop.preconditionCurrent()
        while true {
            if inboxHead < inbox.count { return takeNext() }
            switch end {
            case .success: return nil
            case .failure(let error): throw error
            case nil: break
            }
            await withTaskCancellationHandler {
                await readable.wait()
            } onCancel: {
                connection.loop.execute { self.cancel() }
            }
        }
    }

    private func takeNext() -> [UInt8] {
        let message = inbox[inboxHead]
        inboxHead += 1
        if inboxHead == inbox.count {
            inbox.removeAll(keepingCapacity: true)
            inboxHead = 0
        }
        connection.consumed(message.count, on: stream)
        return message
    }

    /// Sends a message, waiting for the server's credit where it must.
    ///
    /// - Parameters:
    ///   - message: 1 ... 65,536 bytes; may be empty with `isEnd`.
    ///   - isEnd: Whether it is the last.
    package func send(_ message: [UInt8], isEnd: Bool = false) async throws(CallError) {
        connection.loop.preconditionCurrent()
        while true {
            // Safe: every byte of an array of bytes is initialised.
            if try unsafe trySend(message.span.bytes, isEnd: isEnd) { return }
            isWaitingToWrite = true
            await writable.wait()
        }
    }

    /// Sends a message if the server's credit suffices now.
    ///
    /// - Returns: `false` where it does not.
    package func trySend(_ message: RawSpan, isEnd: Bool = false) throws(CallError) -> Bool {
        connection.loop.preconditionCurrent()
        if case .failure(let error) = end { throw error }
        return try connection.send(message, on: stream, isEnd: isEnd)
    }

    /// Stops the call; what has come and was not read is dropped. To be called by whoever stops reading before the
    /// end, else the unread messages keep their share of the connection's credit.
    package func cancel() {
        while inboxHead < inbox.count { _ = takeNext() }
        guard end == nil else { return }
        connection.cancel(stream, .cancelled)
        ended(CallError(.cancelled, "the call was cancelled here"))
    }

    // MARK: - From the connection

    func received(_ message: RawSpan, isEnd: Bool) {
        if message.byteCount > 0 { inbox.append(message.copied()) }
        if isEnd { end = .success(()) }
        readable.raise()
    }

    func becameWritable() {
        guard isWaitingToWrite else { return }
        isWaitingToWrite = false
        writable.raise()
    }

    func ended(_ error: CallError) {
        guard end == nil else { return }
        end = error.code == .ok ? .success(()) : .failure(error)
        readable.raise()
        writable.raise()
    }
}
