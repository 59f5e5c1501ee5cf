internal import Reactor
internal import WireFormat

/// What carries the messages of a call that is served: its connection, or one that there is not.
protocol CallCarrier: AnyObject {
    /// The loop of the call.
    var loop: EventLoop { get }

    /// Sends a message on a call.
    func send(_ message: RawSpan, on stream: StreamID, isEnd: Bool) -> ServerConnection.SendOutcome

    /// Returns credit for what a handler has read.
    func consumed(_ byteCount: Int, on stream: StreamID)

    /// A call served by callbacks has ended from our side.
    func endCallback(_ live: CallbackStream, with error: CallError?)
}

extension ServerConnection: CallCarrier {}
