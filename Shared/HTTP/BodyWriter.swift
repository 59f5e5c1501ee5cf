internal import Reactor

/// The client is gone, or the body has its full length: nothing more can be written.
package struct BodyClosed: Error, Equatable, Sendable {
    /// Nothing more can be written.
    package init() {}
}

/// Writes the body of a streaming response; waits while the client reads slower than we write.
// Safe: reached only on the loop of its connection, whose channel and signal assert that.
@safe
package final class BodyWriter: @unchecked Sendable {
    private weak var sink: (any ResponseSink)?
    private let drained: LoopSignal
    /// Bytes still owed of a body of known length.
    private(set) var left: Int?
    private var isOpen = true
    /// Whether the producer said that it cannot go on.
    private(set) var isAbandoned = false

    init(sink: any ResponseSink, byteCount: Int?, loop: EventLoop) {
        self.sink = sink
        left = byteCount
        drained = LoopSignal(loop: loop)
    }

    /// Sends `bytes`, and returns when there is room for more.
    ///
    /// - Throws: `BodyClosed` once the client is gone, or where `bytes` exceed the length announced.
    package func write(_ bytes: [UInt8]) async throws(BodyClosed) {
        guard isOpen, let sink else { throw BodyClosed() }
        if let left {
            guard bytes.count <= left else { throw BodyClosed() }
            self.left = left - bytes.count
        }
        // An empty chunk would end the body.
        if !bytes.isEmpty { sink.sendBody(bytes) }
        while isOpen, !sink.isWritable { await drained.wait() }
        guard isOpen else { throw BodyClosed() }
    }

    /// Gives the body up: the connection is cut when the producer returns, so that the client sees that
    /// something is missing.
    package func abandon() { isAbandoned = true }

    func pendingDrained() { drained.raise() }

    /// The client is gone: the producer's next or present write throws.
    func close() {
        isOpen = false
        drained.raise()
    }
}
