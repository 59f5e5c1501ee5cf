import TestSupport
import Testing
import Timekeeping
import WireFormat

@testable import WireConnection

@Suite("Connection properties")
struct PropertyTests {
    /// A legal session as a server receives it, answered by nobody.
    static func session() -> [UInt8] {
        var bytes = Frames.preface + Frames.hello(limits: .edge, token: [1, 2, 3])
        bytes += Frames.open(1, .clientStream, body: [1, 2]) + Frames.data(1, [3, 4, 5])
        bytes += Frames.open(3, body: [UInt8](repeating: 9, count: 3_000))
        bytes += Frames.ping(77) + Frames.credit(0, 1 << 19) + Frames.credit(3, 65_536)
        bytes += Frames.open(5, .bidirectional, timeout: .max, responseCredit: 0)
        bytes += Frames.auth([8, 8]) + Frames.data(5, [UInt8](repeating: 7, count: 6_000))
        bytes += Frames.build {
            $0.appendFrame(FrameType(rawValue: 0xFE), payload: [1].span.bytes)
        }
        bytes += Frames.cancel(5) + Frames.data(1, [], isEnd: true) + Frames.open(7, .serverStream)
        return bytes + Frames.goAway(0, .shuttingDown)
    }

    @Test("byte by byte and in random pieces a session tells the same (P10)")
    func chunking() throws {
        let bytes = Self.session()
        let whole = Side(server: Side.configuration)
        whole.receive(bytes)
        #expect(whole.failure == nil && whole.events.count == 11)
        let single = Side(server: Side.configuration)
        for byte in bytes { single.receive([byte]) }
        #expect(single.log == whole.log)
        let output = whole.takeOutput()
        #expect(single.takeOutput() == output)
        try forAll(seed: 10, count: 500) { generator in
            let side = Side(server: Side.configuration)
            var start = 0
            while start < bytes.count {
                let most = [2, 20, 300, 8_000].randomElement(using: &generator) ?? 1
                let end = min(bytes.count, start + Int.random(in: 1...most, using: &generator))
                side.receive(Array(bytes[start..<end]))
                start = end
            }
            try hold(side.log == whole.log, "the same events")
            try hold(side.takeOutput() == output, "the same bytes")
        }
    }

    @Test("every cut and every flipped bit of a session, then its end, is refused or an end")
    func damage() {
        let bytes = Frames.preface + Frames.hello(token: [1]) + Frames.open(1, body: [1, 2, 3])
        let helloEnd = Frames.preface.count + Frames.hello(token: [1]).count
        for count in 1..<bytes.count where ![8, helloEnd].contains(count) {
            let side = Side(server: Side.configuration)
            side.receive(Array(bytes[..<count]))
            _ = side.core.endOfInput(remaining: side.inbox.count)
            #expect(side.failure == .truncated, "cut at \(count)")
        }
        for bit in (8 * 8)..<(bytes.count * 8) {
            var damaged = bytes
            damaged[bit / 8] ^= 1 << UInt8(bit % 8)
            let side = Side(server: Side.configuration)
            side.receive(damaged)
            _ = side.core.endOfInput(remaining: side.inbox.count)
            #expect(side.failure != nil, "bit \(bit)")
        }
    }

    @Test("random legal commands on both sides: all arrives in order, no limit is passed (P2)")
    func twoPeers() throws {
        try forAll(seed: 2, count: 60) { generator in
            var pair = PeerPair(generator: generator)
            try pair.run(stepCount: 400)
            generator = pair.generator
        }
    }

    @Test("random frames with right checksums never trap and keep the bounds")
    func hostile() throws {
        try forAll(seed: 66, count: 400) { generator in
            let isServer = Bool.random(using: &generator)
            let side = isServer ? Side.server() : Side.client()
            side.consumes = Bool.random(using: &generator)
            var now = Instant.start
            for _ in 0..<60 where side.failure == nil {
                side.receive(randomFrame(&generator), at: now)
                now = now + .milliseconds(Int.random(in: 0...3_000, using: &generator))
                side.tick(now)
                if !isServer, Bool.random(using: &generator) {
                    _ = try? side.open(CallKind.allCases.randomElement(using: &generator) ?? .unary)
                }
                if isServer, Int.random(in: 0..<4, using: &generator) == 0 {
                    for stream in side.core.openStreams { side.end(stream, .internal) }
                }
                if Bool.random(using: &generator) { _ = side.takeOutput() }
                try hold(side.openStreamCount <= 100, "streams within the limit")
                try hold(side.sendCredit >= 0, "send credit is never negative")
                try hold(side.receiveTotal <= 1 << 20, "nothing is granted twice")
                try hold(side.outputByteCount < 1 << 21, "output is bounded")
            }
        }
    }

    /// A frame that mostly looks right.
    private func randomFrame(_ generator: inout SeededGenerator) -> [UInt8] {
        let stream = UInt32.random(in: 0...12, using: &generator)
        let odd = stream | 1
        let body = [UInt8](repeating: 5, count: Int.random(in: 0...2_000, using: &generator))
        let kind = CallKind.allCases.randomElement(using: &generator) ?? .unary
        let end = Bool.random(using: &generator)
        switch Int.random(in: 0..<13, using: &generator) {
        case 0, 1, 2:
            return Frames.open(
                odd + 2 * UInt32.random(in: 0...40, using: &generator),
                kind,
                body: body
            )
        case 3, 4, 5: return Frames.data(odd, body, isEnd: end)
        case 6:
            return Frames.credit(
                Bool.random(using: &generator) ? 0 : odd,
                UInt32.random(in: 1...100_000, using: &generator)
            )
        case 7: return Frames.cancel(odd)
        case 8: return Frames.ping(UInt64(stream), isAnswer: end)
        case 9: return Frames.status(odd, StatusPayload(.internal, notProcessed: end, text: "x"))
        case 10: return Frames.auth([1])
        case 11:
            return Frames.build {
                $0.appendFrame(
                    FrameType(rawValue: UInt8.random(in: 0...255, using: &generator)),
                    flags: FrameFlags(rawValue: UInt8.random(in: 0...3, using: &generator)),
                    on: StreamID(stream),
                    payload: body.span.bytes
                )
            }
        default: return Frames.goAway(odd, end ? .shuttingDown : .protocolError)
        }
    }
}
