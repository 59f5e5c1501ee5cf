import TestSupport
import Testing
import Timekeeping
import WireFormat

@testable import WireConnection

@Suite("Timers")
struct TimerTests {
    @Test("a call expires once, at its deadline, on both sides")
    func expiry() throws {
        let server = Side.server()
        server.receive(Frames.open(1, timeout: 500) + Frames.open(3, timeout: 400))
        #expect(server.nextDeadline == .start + .milliseconds(400))
        server.clear()
        server.tick(.start + .milliseconds(399))
        #expect(server.events == [])
        server.tick(.start + .milliseconds(500))
        #expect(server.events == [.expired(StreamID(1)), .expired(StreamID(3))])
        server.tick(.start + .seconds(2))
        #expect(server.events.count == 2)
        #expect(server.openStreamCount == 2)
        #expect(server.end(StreamID(1), .deadlineExceeded))

        let client = Side.client()
        let stream = try client.open(timeout: 50)
        client.tick(.start + .milliseconds(50))
        #expect(client.events == [.expired(stream)])
    }

    @Test("a call without deadline does not expire")
    func noDeadline() {
        let server = Side.server()
        server.receive(Frames.open(1, .serverStream, timeout: .max))
        server.clear()
        server.tick(.start + .seconds(40))
        #expect(server.events == [])
    }

    @Test(
        "a frame must be complete in time",
        arguments: [(ConnectionProfile.edge, 10), (.betweenServices, 5)]
    )
    func partialFrame(profile: ConnectionProfile, seconds: Int) {
        let frame = Frames.open(1)
        let server = Side.server(Side.configuration(profile))
        server.receive(Array(frame[..<1]))
        let limit = Instant.start + .seconds(seconds)
        // More bytes of the same frame buy no time.
        server.receive(Array(frame[1..<30]), at: .start + .seconds(seconds - 1))
        server.tick(.start + .milliseconds(seconds * 1_000 - 1))
        #expect(server.failure == nil)
        server.tick(limit)
        #expect(server.failure == .frameTimeout)
        #expect(server.takeFrames().last?.goAway?.reason == .timeout)
    }

    @Test("a frame completed in time starts the clock of the next anew")
    func partialFrames() {
        let frame = Frames.ping(1)
        let server = Side.server(Side.configuration(.betweenServices))
        server.receive(Array(frame[..<20]))
        server.receive(Array(frame[20...]) + frame[..<20], at: .start + .seconds(4))
        server.tick(.start + .seconds(6))
        #expect(server.failure == nil)
        server.tick(.start + .seconds(9))
        #expect(server.failure == .frameTimeout)
    }

    @Test(
        "a client sends PING each interval and measures the answer",
        arguments: [(ConnectionProfile.edge, 25), (.betweenServices, 5)]
    )
    func keepAlive(profile: ConnectionProfile, seconds: Int) {
        let client = Side.client(Side.configuration(profile), limits: profile.limits)
        client.tick(.start + .milliseconds(seconds * 1_000 - 1))
        #expect(client.outputByteCount == 0)
        client.tick(.start + .seconds(seconds))
        #expect(client.takeOutput() == Frames.ping(1))
        client.receive(
            Frames.ping(1, isAnswer: true),
            at: .start + .milliseconds(seconds * 1_000 + 30)
        )
        #expect(client.core.roundTrip == .milliseconds(30))
        client.tick(.start + .seconds(2 * seconds))
        #expect(client.takeOutput() == Frames.ping(2))
    }

    @Test(
        "a silent peer is dead after its time, on either side",
        arguments: [(ConnectionProfile.edge, 42_500), (.betweenServices, 15_000)]
    )
    func deadPeer(profile: ConnectionProfile, milliseconds: Int) {
        let configuration = Side.configuration(profile)
        let sides = [
            Side.server(configuration, limits: profile.limits),
            Side.client(configuration, limits: profile.limits),
        ]
        for side in sides {
            side.tick(.start + .milliseconds(milliseconds - 1))
            #expect(side.failure == nil)
            _ = side.takeOutput()
            side.tick(.start + .milliseconds(milliseconds))
            #expect(side.failure == .peerDead)
            #expect(side.outputByteCount == 0)
        }
    }

    @Test("at its age a connection drains: new calls elsewhere, open ones finish")
    func age() {
        let server = Side.server(
            Side.configuration { $0.connectionAge = .seconds(30) }
        )
        server.receive(Frames.open(1, .serverStream), at: .start + .seconds(20))
        server.clear()
        server.tick(.start + .seconds(30))
        #expect(server.events.first == .ageReached)
        let goAway = server.takeFrames().first?.goAway
        #expect(goAway?.reason == .connectionAge && goAway?.lastAccepted == StreamID(1))
        server.end(StreamID(1))
        server.tick(.start + .seconds(31))
        #expect(server.events.last == .drained)
    }
}
