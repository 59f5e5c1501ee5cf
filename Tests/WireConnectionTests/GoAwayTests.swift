import TestSupport
import Testing
import Timekeeping
import WireFormat

@testable import WireConnection

@Suite("GOAWAY")
struct GoAwayTests {
    @Test("calls above the last accepted are reported unprocessed, the others finish")
    func drain() throws {
        let client = Side.client()
        let server = Side.server()
        let first = try client.open()
        server.receive(client.takeOutput())
        server.core.drain(now: .start)
        let late = try client.open()
        let latest = try client.open(.clientStream)
        server.receive(client.takeOutput())
        #expect(server.events.count == 1)
        client.receive(server.takeOutput())
        #expect(client.events.dropFirst() == [.unprocessed(late), .unprocessed(latest)])
        #expect(throws: SendRefusal.draining) { try client.open() }
        try server.send([1], on: first, isEnd: true)
        server.tick(.start)
        #expect(server.events.last == .drained)
        client.receive(server.takeOutput())
        #expect(client.events.last == .drained)
        #expect(client.core.endOfInput(remaining: 0) == .ended)
        #expect(client.failure == nil)
    }

    @Test("a connection without calls drains at once")
    func idle() {
        let server = Side.server()
        server.core.drain(now: .start)
        server.tick(.start)
        #expect(server.events == [.drained])
        let client = Side.client()
        client.core.drain(now: .start)
        client.tick(.start)
        #expect(client.events == [.drained])
        #expect(client.takeFrames().first?.goAway?.reason == .shuttingDown)
    }

    @Test("calls that do not end within the drain time are cut off")
    func drainTime() {
        let server = Side.server()
        server.receive(Frames.open(1, .serverStream, timeout: .max))
        server.core.drain(now: .start)
        server.tick(.start + .milliseconds(9_999))
        #expect(server.failure == nil)
        server.tick(.start + .seconds(10))
        #expect(server.failure == .drainTimeout)
    }

    @Test("a peer that gives up ends the connection after telling which calls it never took")
    func failureOfPeer() throws {
        let client = Side.client()
        _ = try client.open()
        let second = try client.open()
        client.receive(Frames.goAway(1, .protocolError))
        #expect(client.events.dropFirst() == [.unprocessed(second), .failed])
        #expect(client.failure == .endedByPeer)
        #expect(client.core.openStreams == [StreamID(1)])
        #expect(throws: SendRefusal.notConnected) { try client.open() }
    }

    @Test("nothing is told or sent after a failure")
    func silence() {
        let server = Side.server()
        server.receive(Frames.open(1, .bidirectional) + Frames.ping(1, isAnswer: true))
        #expect(server.events.last == .failed)
        server.clear()
        server.receive(Frames.open(3))
        server.tick(.start + .seconds(100_000))
        #expect(!server.end(StreamID(1)))
        #expect(throws: SendRefusal.notConnected) { try server.send([1], on: StreamID(1)) }
        #expect(server.events == [] && server.outputByteCount == 0)
        #expect(server.nextDeadline == nil)
        #expect(server.core.endOfInput(remaining: 3) == nil)
    }

    @Test("an end of input between frames is an end, inside one a truncation", arguments: [0, 5])
    func endOfInput(remaining: Int) {
        let server = Side.server()
        let event = server.core.endOfInput(remaining: remaining)
        #expect(event == (remaining == 0 ? .ended : .failed))
        #expect(server.failure == (remaining == 0 ? nil : .truncated))
    }
}
