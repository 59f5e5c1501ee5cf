import Calls
import Geo
import Messages
import Model
import Reactor
import ServiceRuntime
import TestSupport
import Timekeeping
import Transport
import WireConnection
import WireFormat

/// Clients of a Python server, on one loop whose clock the test moves.
// Safe: what changes is touched on the loop alone.
final class ConformanceClient: @unchecked Sendable {
    let loop: EventLoop
    private let time = ManualTimeSource()
    private let resolver: NameResolver
    private var clients: [CallClient] = []

    init() throws {
        loop = try EventLoop(name: "conformance-client", timeSource: time)
        resolver = try NameResolver()
        loop.start()
    }

    func stop() {
        loop.stop()
        loop.join()
    }

    /// A started client of the server at `port`, which lives as long as this. On the loop.
    func client(
        port: String,
        _ security: ChannelSecurity,
        connectionsMax: Int = .max
    ) -> CallClient {
        let client = CallClient(
            loop: loop,
            name: "python",
            addresses: ["127.0.0.1:\(port)"],
            configuration: ConnectionConfiguration(
                profile: .edge,
                agent: "swift",
                environment: 7
            ),
            opener: CountedOpener(
                opener: LinkOpener(resolver: resolver, security: security),
                left: connectionsMax
            ),
            generator: SeededGenerator(seed: 1)
        )
        clients.append(client)
        client.start()
        return client
    }

    /// Lets time go by. On the loop.
    func advance(by duration: Duration) {
        time.advance(by: duration)
    }
}

/// Opens only so many channels, so that a client whose connection failed does not come again.
// Safe: used on the loop alone.
private final class CountedOpener: ChannelOpening, @unchecked Sendable {
    private let opener: LinkOpener
    private var left: Int

    init(opener: LinkOpener, left: Int) {
        self.opener = opener
        self.left = left
    }

    func openChannel(
        to address: String,
        on loop: EventLoop,
        _ completion: @escaping (Result<ByteChannel, CloseReason>) -> Void
    ) {
        guard left > 0 else { return }
        left -= 1
        opener.openChannel(to: address, on: loop, completion)
    }
}

/// Every kind of call as a caller makes it, against `Tests/Conformance/peer_server.py`.
enum ConformanceCalls {
    /// Calls whose connection may take as long as the machine needs.
    static let patient = CallOptions(connectionWait: .seconds(60), retries: false)

    static func booking(_ client: CallClient, _ number: UInt64) async throws(CallError) -> UInt64 {
        let request = GetBookingRequest.with { $0.booking = BookingID(bits: UInt128(number)) }
        let reply = try await client.call(DispatchMethods.getBooking, request, patient)
        return reply.note == "Zürich 漢 🚕" ? UInt64(truncatingIfNeeded: reply.booking.bits) : 0
    }

    /// The sequence numbers of a stream of `count` updates, read with little credit.
    static func updates(_ client: CallClient, count: UInt64) async throws -> [UInt64] {
        let stream = try await watch(client, count: count)
        var sequences: [UInt64] = []
        while let message = try await stream.next() {
            sequences.append(try BookingUpdate(decoding: message).sequence)
        }
        return sequences
    }

    static func watch(
        _ client: CallClient,
        count: UInt64,
        credit: UInt32 = 1000
    ) async throws -> ClientStream {
        let request = WatchBookingRequest.with {
            $0.booking = BookingID(bits: 1)
            $0.afterSequence = count
        }
        return try await client.open(
            DispatchMethods.watchBooking.descriptor,
            try request.encoded(),
            isEnd: true,
            patient,
            responseCredit: credit
        )
    }

    /// How many chunks the server counted; each is of 32,042 bytes, together far above any credit.
    static func chunks(_ client: CallClient, count: Int) async throws -> UInt32 {
        var options = patient
        options.key = IdempotencyKey(bits: 1)
        let stream = try await client.open(
            IngestMethods.putZones.descriptor,
            [],
            isEnd: false,
            options
        )
        let chunk = try ZoneChunk.with {
            $0.chunkCount = 1
            $0.points = (0..<4000).map { _ in .zero }
        }.encoded()
        for _ in 0..<count { try await stream.send(chunk) }
        try await stream.send([], isEnd: true)
        guard let answer = try await stream.next() else { return 0 }
        return try PutZonesReply(decoding: answer).zoneCount
    }

    /// The sequence numbers acknowledged, one for each batch.
    static func acknowledged(_ client: CallClient, batches: UInt32) async throws -> [UInt32] {
        let stream = try await client.open(
            IngestMethods.streamLocations.descriptor,
            [],
            isEnd: false,
            patient
        )
        var acknowledged: [UInt32] = []
        for sequence in 1...batches {
            var buffer = OutputBuffer()
            var writer = try LocationBatchWriter(to: &buffer, baseTimeMilliseconds: 1)
            let record = LocationRecord(
                driverReference: 0,
                sequence: sequence,
                offsetMilliseconds: 0,
                latitudeE7: 1,
                longitudeE7: 2
            )
            try writer.append(record, to: &buffer)
            writer.finish(&buffer)
            try await stream.send(buffer.array())
            guard let answer = try await stream.next() else { break }
            acknowledged.append(try LocationAck(decoding: answer).sequence)
        }
        try await stream.send([], isEnd: true)
        if try await stream.next() != nil { acknowledged.append(0) }
        return acknowledged
    }
}
