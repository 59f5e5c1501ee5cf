import TestSupport
import Testing
import Timekeeping
import WireFormat

@testable import WireConnection

@Suite("Handshake")
struct HandshakeTests {
    @Test("both sides agree on the smaller of each limit and on the server's time")
    func agreement() {
        let own = ConnectionLimits(
            maximumPayload: 32_768,
            connectionCredit: 1 << 20,
            streamCredit: 65_536,
            streams: 50,
            keepAliveMilliseconds: 30_000
        )
        let client = Side(client: Side.configuration { $0.limits = own }, token: [1, 2])
        let server = Side(server: Side.configuration)
        server.receive(client.takeOutput())
        #expect(server.log == ["hello 0102"])
        client.receive(server.takeOutput())
        #expect(client.log == ["established"])
        var expected = own
        expected.keepAliveMilliseconds = 25_000
        #expect(client.agreed == expected)
        #expect(server.agreed == expected)
        #expect(client.peer.serverTimeMicroseconds == 1_780_000_000_000_000)
        #expect(client.peer.instance == 9)
        #expect(server.peer.agent == "test/1")
    }

    @Test("a call sent right behind HELLO is answered after HELLO_ACK")
    func earlyCall() throws {
        let client = Side(client: Side.configuration)
        let call = CallBlock(service: 1, method: 1, timeoutMilliseconds: 100)
        let stream = try client.core.open(call, body: [7].span.bytes, now: .start)
        let server = Side(server: Side.configuration)
        server.react = { side, event, _ in
            guard case .opened(let stream, _, _) = event else { return }
            try? side.send([8], on: stream, isEnd: true)
        }
        server.receive(client.takeOutput())
        client.receive(server.takeOutput())
        #expect(client.log == ["established", "data \(stream.rawValue) end=true 08"])
    }

    @Test("a client keeps to 16 KiB before HELLO_ACK and goes on after it")
    func earlyBound() throws {
        let client = Side(client: Side.configuration)
        let call = CallBlock(service: 1, method: 1, timeoutMilliseconds: 100)
        let body = [UInt8](repeating: 1, count: 4_000)
        for _ in 0..<3 {
            _ = try client.core.open(call, body: body.span.bytes, now: .start)
        }
        #expect(throws: SendRefusal.beforeHello) {
            try client.core.open(call, body: body.span.bytes, now: .start)
        }
        #expect(client.outputByteCount <= ConnectionLimit.earlyByteCount)
        client.receive(Frames.helloAck())
        #expect(client.log == ["established", "writable(WireFormat.StreamID(rawValue: 0))"])
        _ = try client.core.open(call, body: body.span.bytes, now: .start)
    }

    @Test("the early bytes of a client are bounded while the server decides", arguments: [0, 1])
    func earlyBytes(excess: Int) {
        let server = Side(server: Side.configuration)
        server.accepts = false
        let hello = Frames.preface + Frames.hello()
        let rest = ConnectionLimit.earlyByteCount - hello.count
        let opens = Frames.open(1, body: [UInt8](repeating: 0, count: rest - 80 + excess))
        server.receive(hello)
        server.receive(opens)
        #expect(server.failure == (excess == 0 ? nil : .earlyDataTooLong))
        guard excess == 0 else { return }
        server.core.accept(tokenExpiry: nil, serverTimeMicroseconds: 0, now: .start)
        server.receive([])
        #expect(server.events.count == 2)
    }

    @Test("a server that refuses the token says so and reads nothing more")
    func refusal() {
        let server = Side(server: Side.configuration)
        server.accepts = false
        server.receive(Frames.preface + Frames.hello(token: [9]) + Frames.open(1))
        server.core.refuse(.authenticationFailed)
        server.receive([])
        #expect(server.log == ["hello 09", "failed"])
        #expect(server.takeFrames().map(\.goAway?.reason) == [.authenticationFailed])

        let client = Side(client: Side.configuration)
        client.receive(Frames.goAway(0, .authenticationFailed))
        #expect(client.log.count == 2)
        #expect(client.failure == .endedByPeer)
    }

    @Test("a server without a common version answers with its own range")
    func version() {
        let server = Side(server: Side.configuration)
        server.receive([0x4C, 0x42, 0x50, 0x1A, 2, 9, 0, 0])
        #expect(server.failure == .noCommonVersion)
        #expect(server.takeOutput() == Frames.preface)
    }

    @Test("another protocol is dropped without an answer at its first wrong byte")
    func magic() {
        let server = Side(server: Side.configuration)
        server.receive([0x4C, 0x47])
        #expect(server.failure == .badMagic)
        #expect(server.outputByteCount == 0)
    }

    @Test(
        "HELLO has five seconds, byte by byte or not at all",
        arguments: [0, 4, 8, 20]
    )
    func deadline(byteCount: Int) {
        let server = Side(server: Side.configuration)
        server.receive(Array((Frames.preface + Frames.hello(limits: .edge)).prefix(byteCount)))
        #expect(server.nextDeadline == .start + .seconds(5))
        server.tick(.start + .milliseconds(4_999))
        #expect(server.failure == nil)
        server.tick(.start + .seconds(5))
        #expect(server.failure == .helloTimeout)
    }

    @Test("HELLO_ACK has five seconds")
    func ackDeadline() {
        let client = Side(client: Side.configuration)
        client.tick(.start + .milliseconds(4_999))
        #expect(client.failure == nil)
        client.tick(.start + .seconds(5))
        #expect(client.failure == .helloTimeout)
    }

    @Test("an expired token has thirty seconds of grace, a renewed one goes on")
    func token() {
        let server = Side.server()
        server.core.renewToken(expiry: .start + .seconds(10))
        server.receive(Frames.auth([5]), at: .start + .seconds(12))
        #expect(server.log == ["token 05"])
        server.core.renewToken(expiry: .start + .seconds(20))
        server.receive(Frames.ping(1), at: .start + .seconds(30))
        server.tick(.start + .milliseconds(49_999))
        #expect(server.failure == nil)
        server.tick(.start + .seconds(50))
        #expect(server.failure == .authenticationExpired)
        #expect(server.takeFrames().last?.goAway?.reason == .authenticationExpired)
    }
}
