package import Reactor
internal import WireFormat

/// The caller's end of a stream that goes as whole messages.
// Safe: touched on its loop alone.
package final class DirectStream: CallStream, @unchecked Sendable {
    /// Carries a message to the server.
    package var onSend: (_ message: [UInt8], _ isEnd: Bool) -> Void = { _, _ in }
    /// Tells the server that nobody listens any more.
    package var onCancel: () -> Void = {}
    /// Hears that a message was read: the server may send another.
    package var onRead: () -> Void = {}
    private let loop: EventLoop
    private let readable: LoopSignal
    private var inbox: [[UInt8]] = []
    /// How the call ended: with `nil` in order.
    private var end: Result<Void, CallError>?

    /// A stream of which nothing has come.
    package init(loop: EventLoop) {
        self.loop = loop
        readable = LoopSignal(loop: loop)
    }

    package func next() async throws(CallError) -> [UInt8]? {
        while true {
            if !inbox.isEmpty {
                let message = inbox.removeFirst()
                onRead()
                return message
            }
            switch end {
            case .success: return nil
            case .failure(let error): throw error
            case nil: break
            }
            await withTaskCancellationHandler {
                await readable.wait()
            } onCancel: {
                loop.execute { self.cancel() }
            }
        }
    }

    package func send(_ message: [UInt8], isEnd: Bool) async throws(CallError) {
        if case .failure(let error) = end { throw error }
        onSend(message, isEnd)
    }

    package func cancel() {
        inbox = []
        guard end == nil else { return }
        onCancel()
        ended(CallError(.cancelled, "the call was cancelled here"))
    }

    // MARK: - From whoever carries it

    /// A message came.
    package func received(_ message: [UInt8], isEnd: Bool) {
        guard end == nil else { return }
        if !message.isEmpty { inbox.append(message) }
        if isEnd { end = .success(()) }
        readable.raise()
    }

    /// The call is over.
    package func ended(_ error: CallError) {
        guard end == nil else { return }
        end = .failure(error)
        readable.raise()
    }
}
