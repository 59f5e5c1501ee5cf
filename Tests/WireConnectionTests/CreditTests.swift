import TestSupport
import Testing
import Timekeeping
import WireFormat

@testable import WireConnection

@Suite("Credit")
struct CreditTests {
    static let small = ConnectionLimits(
        maximumPayload: 16_384,
        connectionCredit: 40_000,
        streamCredit: 20_000,
        streams: 100,
        keepAliveMilliseconds: 25_000
    )

    @Test("a sender whose receiver never grants stops at the announced credit (P7)")
    func neverGranted() throws {
        let client = Side.client(limits: Self.small)
        var sent = 0
        var refused: Set<SendRefusal> = []
        let streams = try (0..<50).map { _ in try client.open(.clientStream, body: []) }
        for _ in 0..<20 {
            for stream in streams {
                do throws(SendRefusal) {
                    try client.send([UInt8](repeating: 1, count: 1_000), on: stream)
                    sent += 1_000
                } catch {
                    refused.insert(error)
                }
            }
        }
        #expect(sent == 40_000 && client.sendCredit == 0)
        #expect(refused == [.noConnectionCredit])
        #expect(client.outputByteCount <= 40_000 + ConnectionLimit.outputReserve)
    }

    @Test("a stream's credit bounds one stream while others go on")
    func streamCredit() throws {
        let client = Side.client(limits: Self.small)
        let first = try client.open(.clientStream, body: [])
        let second = try client.open(.clientStream, body: [])
        try client.send([UInt8](repeating: 1, count: 16_000), on: first)
        #expect(throws: SendRefusal.noStreamCredit) {
            try client.send([UInt8](repeating: 1, count: 4_001), on: first)
        }
        try client.send([1], on: second)
        client.receive(Frames.credit(first.rawValue, 10_000))
        #expect(client.events == [.writable(first)])
        try client.send([UInt8](repeating: 1, count: 14_000), on: first)
        #expect(throws: SendRefusal.noStreamCredit) { try client.send([1], on: first) }
    }

    @Test("small messages are bounded by the room in the output, not by credit alone")
    func headers() throws {
        let client = Side.client(limits: Self.small)
        let streams = try (0..<10).map { _ in try client.open(.clientStream, body: []) }
        var sent = 0
        #expect(throws: SendRefusal.outputFull) {
            while true {
                try client.send([1], on: streams[sent % 10])
                sent += 1
            }
        }
        #expect(client.outputByteCount <= 40_000 + ConnectionLimit.outputReserve)
        _ = client.takeOutput()
        client.tick(.start)
        #expect(client.events == [.writable(.connection)])
        try client.send([1], on: streams[0])
    }

    @Test("what a peer makes us answer is bounded: reading pauses until it reads")
    func pause() {
        let server = Side.server(limits: Self.small)
        server.react = { side, event, _ in
            guard case .opened(let stream, _, _) = event else { return }
            side.core.sendStatus(
                StatusPayload(.unimplemented, text: String(repeating: "x", count: 256)),
                on: stream
            )
        }
        var id: UInt32 = 1
        while server.acceptsInput, id < 10_000 {
            server.receive(Frames.open(id))
            id += 2
        }
        #expect(server.outputByteCount < 40_000 + ConnectionLimit.outputReserve + 400)
        let before = server.events.count
        server.receive(Frames.open(id))
        #expect(server.events.count == before && server.failure == nil)
        _ = server.takeOutput()
        server.receive([])
        #expect(server.events.count == before + 1)
    }

    @Test("a slow reader pushes back; grants of half a window follow its pace")
    func replenish() {
        let server = Side.server(limits: Self.small)
        server.consumes = false
        server.receive(Frames.open(1, .clientStream, body: [UInt8](repeating: 0, count: 500)))
        server.receive(Frames.data(1, [UInt8](repeating: 0, count: 16_000)))
        #expect(server.outputByteCount == 0)
        // The body of OPEN counts for the connection alone.
        server.core.consumed(500, on: StreamID(1))
        server.core.consumed(9_999, on: StreamID(1))
        #expect(server.outputByteCount == 0)
        server.core.consumed(1, on: StreamID(1))
        #expect(server.takeOutput() == Frames.credit(1, 10_000))
        server.receive(Frames.data(1, [UInt8](repeating: 0, count: 14_000)))
        server.core.consumed(9_499, on: StreamID(1))
        #expect(server.outputByteCount == 0)
        server.core.consumed(1, on: StreamID(1))
        #expect(server.takeOutput() == Frames.credit(0, 20_000))
        #expect(server.failure == nil)
        server.receive(Frames.data(1, [0]))
        #expect(server.failure == .creditExceeded)
    }

    @Test("a call that is over gives its connection credit back when it is consumed")
    func afterEnd() throws {
        let client = Side.client(limits: Self.small)
        client.consumes = false
        let stream = try client.open()
        client.receive(Frames.data(1, [UInt8](repeating: 0, count: 16_000), isEnd: true))
        #expect(client.receiveTotal == 24_000)
        client.core.consumed(16_000, on: stream)
        #expect(client.receiveTotal == 40_000)
    }

    @Test("a response stream that began without credit waits for its first grant")
    func firstGrant() throws {
        let client = Side.client()
        let server = Side.server()
        let stream = try client.open(.serverStream, responseCredit: 0)
        server.receive(client.takeOutput())
        #expect(throws: SendRefusal.noStreamCredit) { try server.send([1, 2, 3], on: stream) }
        client.core.grant(1_000, on: stream)
        server.receive(client.takeOutput())
        #expect(server.events.last == .writable(stream))
        try server.send([1, 2, 3], on: stream)
        client.receive(server.takeOutput())
        #expect(client.log == ["data 1 end=false 010203"])
        #expect(client.outputByteCount > 0 || client.failure == nil)
    }

    @Test("one answer needs the connection's credit alone")
    func singleAnswer() throws {
        let client = Side.client()
        let server = Side.server()
        let stream = try client.open()
        server.receive(client.takeOutput())
        try server.send([UInt8](repeating: 9, count: 65_536), on: stream, isEnd: true)
        client.receive(server.takeOutput())
        #expect(client.events.count == 1 && client.failure == nil)
    }
}
