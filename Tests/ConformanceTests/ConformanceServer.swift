import Calls
import LinkSupport
import Messages
import Model
import Reactor
import ServiceRuntime
import TestSupport
import Timekeeping
import Transport
import WireConnection
import WireFormat

/// A `CallServer` on a loopback port that serves what `Tests/Conformance/peer_client.py` calls.
// Safe: what changes is touched on the loop alone.
final class ConformanceServer: @unchecked Sendable, ChannelListenerDelegate {
    private let time = ManualTimeSource()
    private let loop: EventLoop
    private let server: CallServer
    private var listener: ChannelListener?

    init() throws {
        loop = try EventLoop(name: "conformance", timeSource: time)
        server = CallServer(
            loop: loop,
            configuration: CallServerConfiguration(
                connection: ConnectionConfiguration(profile: .edge, agent: "swift", environment: 7)
            ),
            routes: Self.routes(time),
            authenticator: NamingAuthenticator(time: time, anonymous: .gateway),
            callers: NoCallers(),
            generator: SeededGenerator(seed: 1)
        )
        loop.start()
    }

    /// Listens and gives the port.
    func listen(_ security: ChannelSecurity) async throws -> UInt16 {
        let outcome: Result<UInt16, any Error> = await loop.spawn { [self] in
            Result {
                let address = try SocketAddress("127.0.0.1:0")
                let listener = try ChannelListener(
                    loop: loop,
                    address: address,
                    security: security,
                    delegate: self
                )
                self.listener = listener
                return listener.address?.port ?? 0
            }
        }.value
        return try outcome.get()
    }

    func stop() async {
        await loop.submit { [self] in
            listener?.close()
            server.closeAll()
        }
        loop.stop()
        loop.join()
    }

    func channelListener(_ listener: ChannelListener, accepted channel: ByteChannel) {
        server.attach(channel)
    }

    // MARK: - Methods

    private static func routes(_ time: ManualTimeSource) -> CallRoutes {
        var routes = CallRoutes()
        routes.synchronous(DispatchMethods.quote) { (_, _) throws(CallError) in QuoteReply() }
        routes.synchronous(DispatchMethods.applyRoster) { (_, _) throws(CallError) in
            ApplyRosterReply()
        }
        routes.synchronous(PaymentsMethods.capture) { (_, _) throws(CallError) in
            PaymentSnapshot()
        }
        routes.synchronous(PaymentsMethods.ledgerSummary) { (_, _) throws(CallError) in
            LedgerSummaryReply()
        }
        routes.synchronous(DispatchMethods.answerOffer) { (_, _) throws(CallError) in
            OfferAnswerReply()
        }
        routes.unary(DispatchMethods.getBooking) { (_, request) async throws(CallError) in
            BookingSnapshot.with {
                $0.booking = request.booking
                $0.note = "Zürich 漢 🚕"
            }
        }
        addHeld(&routes, time)
        addStreams(&routes)
        return routes
    }

    /// Methods that end only by their caller or by time; `cancelBooking` lets 10 s go by.
    private static func addHeld(_ routes: inout CallRoutes, _ time: ManualTimeSource) {
        routes.serverStream(DispatchMethods.watchBooking) {
            (stream, request) async throws(CallError) in
            var sequence: UInt64 = 0
            while request.afterSequence == 0 || sequence < request.afterSequence {
                sequence += 1
                let update = BookingUpdate.with { $0.sequence = sequence }
                try await stream.send(try encoded(update))
            }
        }
        routes.unary(DispatchMethods.createBooking) { (_, _) async throws(CallError) in
            try await hold()
        }
        routes.unary(DispatchMethods.cancelBooking) { (_, _) async throws(CallError) in
            time.advance(by: .seconds(10))
            return try await hold()
        }
    }

    private static func addStreams(_ routes: inout CallRoutes) {
        routes.clientStream(IngestMethods.putZones) { (stream) async throws(CallError) in
            // The peer's HOLD: a handler that does not read.
            if stream.context.key == IdempotencyKey(bits: 2) { try await waitForEnd() }
            var count: UInt32 = 0
            while let message = try await stream.next() {
                guard (try? ZoneChunk(decoding: message)) != nil else {
                    throw CallError(.invalidArgument, "a zone is refused")
                }
                count += 1
            }
            return PutZonesReply.with { $0.zoneCount = count }
        }
        routes.both(IngestMethods.streamLocations) { (stream) async throws(CallError) in
            while let message = try await stream.next() {
                try await stream.send(try acknowledgement(of: message))
            }
        }
    }

    private static func acknowledgement(of message: [UInt8]) throws(CallError) -> [UInt8] {
        do throws(WireError) {
            let span = message.span.bytes
            let batch = try LocationBatch(decoding: span)
            let last = try batch.record(at: batch.count - 1, in: span)
            return try LocationAck.with {
                $0.sequence = last.sequence
                $0.intervalMilliseconds = 1000
            }.encoded()
        } catch {
            throw CallError(.invalidArgument, "a batch is refused: \(error)")
        }
    }

    private static func encoded(_ message: some WireMessage) throws(CallError) -> [UInt8] {
        do throws(WireError) {
            return try message.encoded()
        } catch {
            throw CallError(.internal, "an answer does not encode: \(error)")
        }
    }

    private static func hold() async throws(CallError) -> BookingSnapshot {
        try await waitForEnd()
        return BookingSnapshot()
    }

    /// Waits until the call is cancelled or its time is up, and throws.
    private static func waitForEnd() async throws(CallError) {
        let (stream, continuation) = AsyncStream<Never>.makeStream()
        for await _ in stream {}
        continuation.finish()
        throw CallError(.cancelled, "the call was given up")
    }
}
