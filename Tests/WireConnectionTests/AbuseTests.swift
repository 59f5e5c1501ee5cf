import TestSupport
import Testing
import Timekeeping
import WireFormat

@testable import WireConnection

@Suite("Abuse")
struct AbuseTests {
    @Test("100,000 calls opened and cancelled as fast as possible end in GOAWAY (P8)")
    func rapidReset() {
        let server = Side.server()
        server.react = { side, event, _ in
            if case .cancelled(let stream, _) = event { side.end(stream, .cancelled) }
        }
        var opened = 0
        for index in 0..<100_000 where server.failure == nil {
            let id = UInt32(2 * index + 1)
            server.receive(Frames.open(id) + Frames.cancel(id))
            _ = server.takeOutput()
            opened += 1
        }
        #expect(opened == ControlMeter.cancelMaximum + 1)
        #expect(server.failure == .tooManyCancels)
    }

    @Test("handlers that do not stop hold their places: never more than the limit run")
    func slowHandlers() {
        let server = Side.server()
        var most = 0
        for index in 0..<200 where server.failure == nil {
            let id = UInt32(2 * index + 1)
            server.receive(Frames.open(id) + Frames.cancel(id))
            most = max(most, server.openStreamCount)
            _ = server.takeOutput()
        }
        #expect(most == 100)
        #expect(server.failure == .tooManyCancels)
    }

    @Test("half of the calls may be cancelled, and 100 whatever their share", arguments: [1, 2])
    func cancelShare(opensPerCancel: Int) {
        let server = Side.server()
        server.react = { side, event, _ in
            switch event {
            case .opened(let stream, _, _): side.end(stream)
            default: break
            }
        }
        var id: UInt32 = 1
        for _ in 0..<300 where server.failure == nil {
            for _ in 0..<opensPerCancel {
                server.receive(Frames.open(id))
                id += 2
            }
            server.receive(Frames.cancel(id - 2))
            _ = server.takeOutput()
        }
        #expect(server.failure == (opensPerCancel == 1 ? .tooManyCancels : nil))
    }

    @Test("between services any number of open calls may be cancelled at once")
    func cancelsBetweenServices() {
        let server = Side.server(Side.configuration(.betweenServices))
        var cancelled = 0
        server.react = { side, event, _ in
            guard case .cancelled(let stream, _) = event else { return }
            cancelled += 1
            side.end(stream, .cancelled)
        }
        for index in 0..<2000 where server.failure == nil {
            let id = UInt32(2 * index + 1)
            server.receive(Frames.open(id) + Frames.cancel(id))
            _ = server.takeOutput()
        }
        #expect(cancelled == 2000)
        #expect(server.failure == nil)
    }

    @Test("between services CANCELs of calls that are over are control frames")
    func lateCancelsBetweenServices() {
        let server = Side.server(Side.configuration(.betweenServices))
        server.react = { side, event, _ in
            if case .opened(let stream, _, _) = event { side.end(stream) }
        }
        server.receive(Frames.open(1))
        for _ in 0..<ControlMeter.controlMaximum { server.receive(Frames.cancel(1)) }
        #expect(server.failure == nil)
        server.receive(Frames.cancel(1))
        #expect(server.failure == .tooManyControlFrames)
    }

    @Test("the window of cancels passes")
    func cancelWindow() {
        let server = Side.server()
        server.react = { side, event, _ in
            if case .cancelled(let stream, _) = event { side.end(stream, .cancelled) }
        }
        for index in 0..<150 {
            let now: Instant = index < 100 ? .start : .start + .milliseconds(10_001)
            let id = UInt32(2 * index + 1)
            server.receive(Frames.open(id) + Frames.cancel(id), at: now)
            _ = server.takeOutput()
        }
        #expect(server.failure == nil)
    }

    @Test("1,000 skipped frames in five seconds are borne, one more is not", arguments: [0, 1])
    func controlFlood(excess: Int) {
        let server = Side.server()
        let unknown = Frames.build {
            $0.appendFrame(FrameType(rawValue: 0x90), payload: RawSpan())
        }
        for _ in 0..<(ControlMeter.controlMaximum + excess) { server.receive(unknown) }
        #expect(server.failure == (excess == 0 ? nil : .tooManyControlFrames))
        guard excess == 0 else { return }
        for _ in 0..<500 { server.receive(unknown, at: .start + .milliseconds(5_001)) }
        #expect(server.failure == nil)
    }

    @Test("100 grants below a quarter of the window are borne, one more is not", arguments: [0, 1])
    func smallGrants(excess: Int) {
        let server = Side.server()
        for _ in 0..<(ControlMeter.smallCreditMaximum + excess) {
            server.receive(Frames.credit(0, (1 << 18) - 1))
        }
        #expect(server.failure == (excess == 0 ? nil : .tooManyControlFrames))
    }

    @Test("grants of a quarter of the window are never too many")
    func quarterGrants() {
        let server = Side.server()
        for _ in 0..<2_000 { server.receive(Frames.credit(0, 1 << 18)) }
        #expect(server.failure == nil)
    }

    @Test("64 answers may wait unread, between services without PING strikes", arguments: [0, 1])
    func forcedAnswers(excess: Int) {
        let server = Side.server(Side.configuration(.betweenServices))
        for value in 0..<(ConnectionLimit.forcedAnswerCount + excess) {
            server.receive(Frames.ping(UInt64(value)))
        }
        #expect(server.failure == (excess == 0 ? nil : .tooManyControlFrames))
        guard excess == 0 else { return }
        _ = server.takeOutput()
        server.receive(Frames.ping(1))
        #expect(server.failure == nil)
    }

    @Test("a third PING that comes too early ends the connection at the edge")
    func pingStrikes() {
        let server = Side.server()
        var now = Instant.start
        server.receive(Frames.ping(1), at: now)
        now = now + .milliseconds(4_999)
        server.receive(Frames.ping(2), at: now)
        now = now + .milliseconds(4_999)
        server.receive(Frames.ping(3), at: now)
        #expect(server.failure == nil)
        // One in time takes a strike back.
        now = now + .seconds(5)
        server.receive(Frames.ping(4), at: now)
        server.receive(Frames.ping(5), at: now)
        #expect(server.failure == nil)
        server.receive(Frames.ping(6), at: now)
        #expect(server.failure == .pingTooOften)
    }

    @Test(
        "extensions have their limit at the edge and between services",
        arguments: [(ConnectionProfile.edge, 2_048), (.betweenServices, 4_096)]
    )
    func extensions(profile: ConnectionProfile, maximum: Int) {
        for excess in [0, 1] {
            let length = maximum + excess - 4
            let field: [UInt8] =
                [9, 0, UInt8(length & 0xFF), UInt8(length >> 8)]
                + [UInt8](repeating: 0, count: length)
            let server = Side.server(Side.configuration(profile))
            server.receive(Frames.open(1, extensions: field))
            #expect(server.failure == (excess == 0 ? nil : .extensionTooLong))
        }
    }
}
