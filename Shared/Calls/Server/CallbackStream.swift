package import Reactor
internal import WireConnection
internal import WireFormat

/// Hears the messages of one call in callbacks on the connection's loop, without a task.
package protocol StreamReceiver: AnyObject {
    /// A message came; it is consumed when this returns, so a receiver that falls behind must drop or refuse.
    func streamReceived(_ stream: CallbackStream, _ message: RawSpan)

    /// The client sends nothing more.
    func streamEnded(_ stream: CallbackStream)

    /// Credit has come since a message was refused for want of it.
    func streamWritable(_ stream: CallbackStream)

    /// The call is over: cancelled, out of time, or its connection lost. The last call.
    func streamClosed(_ stream: CallbackStream, _ reason: CallError)
}

extension StreamReceiver {
    package func streamWritable(_ stream: CallbackStream) {}
}

/// A call that is served by callbacks.
// Safe: touched on the connection's loop alone; the connection checks that.
package final class CallbackStream: @unchecked Sendable {
    /// What the call is.
    package let context: CallContext
    let stream: StreamID
    private unowned let connection: any CallCarrier
    private var isOver = false
    var receiver: (any StreamReceiver)?

    init(_ context: CallContext, _ stream: StreamID, on connection: any CallCarrier) {
        self.context = context
        self.stream = stream
        self.connection = connection
    }

    /// The loop that the callbacks come on.
    package var loop: EventLoop { connection.loop }

    /// Sends a message.
    ///
    /// - Returns: `false` where the client's credit does not suffice (`streamWritable` follows) or the call is over.
    package func send(_ message: RawSpan) -> Bool {
        guard !isOver else { return false }
        if case .sent = connection.send(message, on: stream, isEnd: false) { return true }
        return false
    }

    /// Ends the call in order.
    package func finish() {
        guard !isOver else { return }
        isOver = true
        connection.endCallback(self, with: nil)
    }

    /// Ends the call with an error.
    package func fail(_ error: CallError) {
        guard !isOver else { return }
        isOver = true
        connection.endCallback(self, with: error)
    }

    // MARK: - From the connection

    func received(_ message: RawSpan, isEnd: Bool) {
        if message.byteCount > 0 { receiver?.streamReceived(self, message) }
        if isEnd, !isOver { receiver?.streamEnded(self) }
    }

    func becameWritable() {
        if !isOver { receiver?.streamWritable(self) }
    }

    func closed(_ reason: CallError) {
        guard !isOver else { return }
        isOver = true
        receiver?.streamClosed(self, reason)
        receiver = nil
    }
}
