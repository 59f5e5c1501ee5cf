import Calls
import LinkSupport
import Messages
import Model
import Reactor
import TestSupport
import Testing
import Timekeeping
import WireConnection
import WireFormat

@Suite("Calls with streams", .timeLimit(.minutes(1)))
struct StreamCallTests {
    let rig = try! CallRig()
    static let watch = DispatchMethods.watchBooking
    static let locations = IngestMethods.streamLocations
    static let zones = IngestMethods.putZones

    /// A request that decodes: a booking to watch.
    static func watchRequest() throws -> [UInt8] {
        try WatchBookingRequest.with { $0.booking = BookingID(bits: 1) }.encoded()
    }

    @Test("a stream of answers comes in order and ends")
    func serverStream() async throws {
        let received = try await rig.run { [rig] in
            rig.serve(at: "a") { routes in
                routes.serverStream(Self.watch) { (stream, request) async throws(CallError) in
                    for number in 1...50 as ClosedRange<UInt8> { try await stream.send([number]) }
                }
            }
            let client = rig.client(["a"])
            let stream = try await client.open(
                Self.watch.descriptor,
                try Self.watchRequest(),
                isEnd: true
            )
            var received: [UInt8] = []
            while let message = try await stream.next() { received += message }
            return received
        }
        #expect(received == Array(1...50))
        rig.stop()
    }

    @Test(
        "a reader that stops holds the writer at the credit it gave, and lets it go on by reading"
    )
    func pushBack() async throws {
        let sent = Recorder<Int>()
        let (held, total) = try await rig.run { [rig] in
            let message = [UInt8](repeating: 1, count: 10_000)
            rig.serve(at: "a") { routes in
                routes.serverStream(Self.watch) { (stream, request) async throws(CallError) in
                    for number in 1...40 {
                        try await stream.send(message)
                        sent.append(number)
                    }
                }
            }
            let client = rig.client(["a"])
            let stream = try await client.open(
                Self.watch.descriptor,
                try Self.watchRequest(),
                isEnd: true,
                responseCredit: 65_536
            )
            for _ in 0..<50 { _ = await rig.loop.sleep(for: .zero) }
            let held = sent.elements.count
            var total = 0
            while let message = try await stream.next() { total += message.count }
            return (held, total)
        }
        #expect(held == 6)
        #expect(total == 400_000)
        rig.stop()
    }

    @Test("a caller that is done early cancels, and the handler hears it")
    func cancel() async throws {
        let ends = Recorder<StatusCode?>()
        try await rig.run { [rig] in
            rig.serve(at: "a") { routes in
                routes.serverStream(Self.watch) { (stream, request) async throws(CallError) in
                    do throws(CallError) {
                        while true {
                            try await stream.send([1])
                            await stream.waitUntilWritable()
                        }
                    } catch {
                        ends.append(error.code)
                        throw error
                    }
                }
            }
            let client = rig.client(["a"])
            let stream = try await client.open(
                Self.watch.descriptor,
                try Self.watchRequest(),
                isEnd: true
            )
            _ = try await stream.next()
            stream.cancel()
        }
        #expect(await ends.wait(forCount: 1) == [.cancelled])
        rig.stop()
    }

    @Test("a stream of requests gets its one answer after the last")
    func clientStream() async throws {
        let answer = try await rig.run { [rig] in
            rig.serve(at: "a") { routes in
                routes.clientStream(Self.zones) { (stream) async throws(CallError) in
                    var count: UInt32 = 0
                    while let message = try await stream.next() { count += UInt32(message.count) }
                    return PutZonesReply.with { $0.zoneCount = count }
                }
            }
            let client = rig.client(["a"])
            let stream = try await client.open(
                Self.zones.descriptor,
                [],
                isEnd: false,
                CallOptions(key: IdempotencyKey(bits: 1))
            )
            for _ in 0..<3 { try await stream.send([1, 2]) }
            try await stream.send([], isEnd: true)
            guard let answer = try await stream.next() else { return UInt32(0) }
            return try PutZonesReply(decoding: answer).zoneCount
        }
        #expect(answer == 6)
        rig.stop()
    }

    @Test("callbacks hear every message at once and may answer and end the call")
    func callbacks() async throws {
        let answers = try await rig.run { [rig] in
            rig.serve(at: "a") { routes in
                routes.callback(Self.locations) { _ in Summing() }
            }
            let client = rig.client(["a"], as: "driver")
            let stream = try await client.open(Self.locations.descriptor, [1], isEnd: false)
            try await stream.send([2, 3])
            try await stream.send([4], isEnd: true)
            var answers: [[UInt8]] = []
            while let answer = try await stream.next() { answers.append(answer) }
            return answers
        }
        #expect(answers == [[1], [6], [10]])
        rig.stop()
    }

    @Test("a stream whose connection is lost says so on both sides")
    func lost() async throws {
        let closed = Recorder<StatusCode>()
        let error = try await rig.run { [rig] in
            rig.serve(at: "a") { routes in
                routes.callback(Self.locations) { _ in Summing { closed.append($0) } }
            }
            let client = rig.client(["a"], as: "driver")
            let stream = try await client.open(Self.locations.descriptor, [1], isEnd: false)
            _ = try await stream.next()
            rig.cut("a")
            return await callError { _ = try await stream.next() }
        }
        #expect(error?.isConnectionLost == true)
        #expect(await closed.wait(forCount: 1) == [.unavailable])
        rig.stop()
    }
}

/// Answers every message with the sum of all bytes so far, and ends when the client does.
private final class Summing: StreamReceiver {
    private var sum: UInt8 = 0
    private let onClose: (StatusCode) -> Void

    init(onClose: @escaping (StatusCode) -> Void = { _ in }) {
        self.onClose = onClose
    }

    func streamReceived(_ stream: CallbackStream, _ message: RawSpan) {
        for offset in 0..<message.byteCount {
            sum &+= message.unsafeLoad(fromByteOffset: offset, as: UInt8.self)
        }
        let answer = [sum]
        _ = stream.send(answer.span.bytes)
    }

    func streamEnded(_ stream: CallbackStream) {
        stream.finish()
    }

    func streamClosed(_ stream: CallbackStream, _ reason: CallError) {
        onClose(reason.code)
    }
}
