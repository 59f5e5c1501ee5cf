import TestSupport
import Testing
import Timekeeping
import WireFormat

@testable import WireConnection

@Suite("Streams")
struct StreamTests {
    @Test("each kind of call ends on both sides", arguments: CallKind.allCases)
    func kinds(kind: CallKind) throws {
        let client = Side.client()
        let server = Side.server()
        let call = CallBlock(
            service: 1,
            method: 1,
            kind: kind,
            timeoutMilliseconds: 1_000,
            responseCredit: kind.serverStreams ? 65_536 : 0
        )
        let stream = try client.core.open(
            call,
            body: [1].span.bytes,
            isEnd: !kind.clientStreams,
            now: .start
        )
        if kind.clientStreams {
            try client.send([2], on: stream, isEnd: false)
            try client.send([], on: stream, isEnd: true)
            #expect(throws: SendRefusal.streamClosed) {
                try client.send([3], on: stream, isEnd: true)
            }
        }
        server.receive(client.takeOutput())
        #expect(server.log.count == (kind.clientStreams ? 3 : 1))
        #expect(server.log.last?.contains("end=true") == true)
        if kind.serverStreams {
            try server.send([4], on: stream, isEnd: false)
        }
        try server.send([5], on: stream, isEnd: true)
        client.receive(server.takeOutput())
        let answers = kind.serverStreams ? ["data 1 end=false 04"] : []
        #expect(client.log == answers + ["data 1 end=true 05"])
        #expect(client.openStreamCount == 0 && server.openStreamCount == 0)
        #expect(throws: SendRefusal.streamClosed) {
            try server.send([6], on: stream, isEnd: true)
        }
        #expect(!server.end(stream))
    }

    @Test("a server may end a call early; what the client still sends is passed over")
    func earlyEnd() {
        let server = Side.server()
        server.receive(Frames.open(1, .clientStream))
        server.core.sendStatus(StatusPayload(.failedPrecondition, text: "no"), on: StreamID(1))
        server.clear()
        let late =
            Frames.data(1, [1]) + Frames.data(1, [2], isEnd: true) + Frames.credit(1, 65_536)
            + Frames.cancel(1)
        server.receive(late)
        #expect(server.log == [] && server.failure == nil)
        #expect(server.receiveTotal == 1 << 20)
    }

    @Test("calls beyond the limit are refused unprocessed, the others go on")
    func streamLimit() {
        var limits = ConnectionLimits.edge
        limits.streams = 3
        let server = Side.server(limits: limits)
        server.receive([1, 3, 5, 7].flatMap { Frames.open($0, .serverStream, body: [1]) })
        #expect(server.events.count == 3)
        let frames = server.takeFrames()
        #expect(frames.map(\.code) == [.resourceExhausted])
        #expect(frames.map(\.stream) == [7])
        #expect(frames.map(\.flags) == [.notProcessed])
        server.core.sendStatus(StatusPayload(.ok), on: StreamID(3))
        server.receive(Frames.open(9))
        #expect(server.events.count == 4)
    }

    @Test("a cancelled call keeps its place until its handler has stopped")
    func cancelledPlace() throws {
        var limits = ConnectionLimits.edge
        limits.streams = 1
        let server = Side.server(limits: limits)
        server.receive(Frames.open(1, .bidirectional) + Frames.cancel(1) + Frames.open(3))
        #expect(server.log.count == 2)
        #expect(server.takeFrames().map(\.code) == [.resourceExhausted])
        #expect(throws: SendRefusal.cancelled) {
            try server.send([1], on: StreamID(1), isEnd: true)
        }
        server.receive(Frames.data(1, [1, 2, 3]) + Frames.cancel(1))
        #expect(server.log.count == 2)
        #expect(server.end(StreamID(1), .cancelled))
        server.receive(Frames.open(5))
        #expect(server.log.count == 3)
    }

    @Test("a client hears nothing more of a call it cancelled, and has its place back at the end")
    func clientCancel() throws {
        var limits = ConnectionLimits.edge
        limits.streams = 1
        let client = Side.client(limits: limits)
        let call = CallBlock(
            service: 1,
            method: 1,
            kind: .serverStream,
            timeoutMilliseconds: 1_000,
            responseCredit: 65_536
        )
        let stream = try client.core.open(call, body: [1].span.bytes, now: .start)
        #expect(client.cancel(stream) && !client.cancel(stream))
        #expect(throws: SendRefusal.tooManyStreams) {
            try client.core.open(call, body: [1].span.bytes, now: .start)
        }
        client.receive(Frames.data(1, [1]) + Frames.status(1, StatusPayload(.cancelled)))
        #expect(client.log == [] && client.openStreamCount == 0)
        #expect(client.receiveTotal == 1 << 20)
        _ = try client.core.open(call, body: [1].span.bytes, now: .start)
    }

    @Test("an extension that the server must understand is refused with UNIMPLEMENTED")
    func criticalExtension() {
        let server = Side.server()
        server.receive(Frames.open(1, extensions: [3, 0x80, 0, 0]) + Frames.open(3))
        #expect(server.events.count == 1)
        #expect(server.takeFrames().map(\.code) == [.unimplemented])
    }

    @Test("a status carries code, text and details", arguments: [true, false])
    func status(notProcessed: Bool) throws {
        let client = Side.client()
        let call = CallBlock(service: 1, method: 1, timeoutMilliseconds: 1_000)
        let stream = try client.core.open(call, body: [1].span.bytes, now: .start)
        let status = StatusPayload(
            .unavailable,
            subCode: 3,
            retryAfterMilliseconds: 250,
            notProcessed: notProcessed,
            text: "später"
        )
        client.receive(Frames.status(stream.rawValue, status))
        let text = Hex.encode("später".utf8)
        #expect(client.log == ["status 1 unavailable \(notProcessed) \(text)"])
    }

    @Test("frames of unknown types from 0x80 on are passed over")
    func skipped() {
        let server = Side.server()
        let unknown = Frames.build {
            $0.appendFrame(FrameType(rawValue: 0xC0), on: StreamID(6), payload: [1, 2].span.bytes)
        }
        server.receive(unknown + Frames.open(1))
        #expect(server.events.count == 1 && server.failure == nil)
    }

    @Test("the table finds calls that outlive many rounds of it")
    func longLived() throws {
        try forAll(seed: 5, count: 30) { generator in
            var table = StreamTable()
            var model: Set<UInt32> = []
            var id: UInt32 = 1
            for _ in 0..<3_000 {
                if model.count < 40, Bool.random(using: &generator) {
                    table.insert(state(id))
                    model.insert(id)
                    id += 2 * UInt32.random(in: 1...20, using: &generator)
                } else if let victim = model.sorted().randomElement(using: &generator) {
                    let slot = table.find(StreamID(victim))
                    try hold(slot >= 0, "\(victim) is found")
                    table.remove(at: slot)
                    model.remove(victim)
                }
                try hold(table.count == model.count, "counts agree")
            }
            try hold(
                table.sortedIDs().map(\.rawValue) == model.sorted(),
                "ids agree"
            )
            for id in model { try hold(table.find(StreamID(id)) >= 0, "\(id) is found") }
            try hold(table.find(StreamID(id)) == -1, "an unused id is not found")
        }
    }

    private func state(_ id: UInt32) -> StreamState {
        StreamState(
            id: id,
            kind: .unary,
            facts: [],
            sendWindow: 0,
            sendCredit: 0,
            receiveWindow: 0,
            openBodyHeld: 0,
            receiveCredit: 0,
            receiveConsumed: 0,
            deadline: .max
        )
    }
}
