internal import Calls
internal import IngestCore
internal import Messages
internal import Timekeeping
internal import WireFormat

/// One stream of positions to dispatch: a snapshot, an empty batch as the mark, then what is new.
///
/// What finds no credit stays in the feed, where newer fixes take its place; ingest never waits for a reader.
final class FixSubscriber: StreamReceiver {
    /// Records of one message: 32 KiB, half of what a frame may hold.
    static let recordCountMax = 1024
    /// From this many waiting vehicles on, a batch leaves at the end of the loop's turn.
    static let recordCountDue = 256
    /// How long fewer of them wait.
    static let flushInterval = Duration.milliseconds(5)

    /// The call.
    let call: CallbackStream
    /// Its place in the feed, once its request has come.
    var subscriber: FixFeed.Subscriber?
    /// Whether the reader's credit was used up when it was last sent to.
    var isBlocked = false
    /// When the oldest waiting position came; `nil` with none.
    var waitingSince: Instant?
    /// What the snapshot still has to send; `nil` once its mark is sent.
    var snapshotCount: Int?
    var scratch = OutputBuffer()
    private unowned let engine: LocationEngine

    init(_ call: CallbackStream, engine: LocationEngine) {
        self.call = call
        self.engine = engine
    }

    func streamReceived(_ stream: CallbackStream, _ message: RawSpan) {
        guard subscriber == nil else { return }
        do throws(CallError) {
            let request: SubscribeFixesRequest
            do {
                request = try SubscribeFixesRequest(decoding: message)
            } catch {
                throw CallError(.invalidArgument, "SubscribeFixesRequest is refused: \(error)")
            }
            guard request.shardFirst == 0, request.shardLast == 4095 else {
                throw CallError(.unimplemented, "positions are not divided by shard")
            }
            try engine.subscribe(self, isSnapshotWanted: request.withSnapshot)
        } catch {
            stream.fail(error)
        }
    }

    func streamEnded(_ stream: CallbackStream) {
        if subscriber == nil {
            stream.fail(CallError(.invalidArgument, "the call carries no request"))
        }
    }

    func streamWritable(_ stream: CallbackStream) {
        isBlocked = false
        engine.flush(self)
    }

    func streamClosed(_ stream: CallbackStream, _ reason: CallError) {
        engine.unsubscribe(self)
    }
}
