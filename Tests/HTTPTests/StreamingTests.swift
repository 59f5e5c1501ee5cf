import Reactor
import Synchronization
import TestSupport
import Testing
import Timekeeping

@testable import HTTP

@Suite("Streaming responses", .timeLimit(.minutes(1)))
struct StreamingTests {
    @Test("a body of unknown length goes out in chunks, and the next request is answered after it")
    func chunked() async throws {
        let rig = try ServerRig { router in
            router.immediate(.get, "/s") { _, _ in
                HTTPResponse(
                    contentType: "text/plain",
                    body: .stream(byteCount: nil) { writer in
                        try? await writer.write(Array("hello".utf8))
                        try? await writer.write([])
                        try? await writer.write(Array("0123456789abcdef".utf8))
                    }
                )
            }
        }
        defer { rig.stop() }
        let client = try await rig.connect()
        let answer = try #require(await client.exchange(get("/s") + get("/none")))
        #expect(
            answer.contains(
                "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n10\r\n0123456789abcdef\r\n0\r\n\r\nHTTP/1.1 404"
            )
        )
        let old = try await rig.connect()
        await old.send("GET /s HTTP/1.0\r\n\r\n")
        old.endSending()
        #expect(await old.readToEnd()?.hasSuffix("close\r\n\r\nhello0123456789abcdef") == true)
    }

    @Test("a producer waits for a client that reads slowly, and nothing is lost")
    func backPressure() async throws {
        let counter = SharedCounter()
        let total = 200
        let piece = Array(repeating: UInt8(ascii: "x"), count: 10_000)
        let rig = try ServerRig { router in
            router.immediate(.get, "/s") { _, _ in
                HTTPResponse(
                    body: .stream(byteCount: total * piece.count) { writer in
                        for _ in 0..<total {
                            do { try await writer.write(piece) } catch { return }
                            counter.add()
                        }
                    }
                )
            }
        }
        defer { rig.stop() }
        let client = try await rig.connect()
        await client.send(get("/s", "GET", "Connection: close\r\n"))
        for _ in 0..<20 { await rig.turn() }
        // The system's buffers and our 64 KiB are full long before 2 MB.
        #expect(counter.value < total / 2)
        let answer = try #require(await client.readToEnd())
        #expect(counter.value == total)
        #expect(answer.utf8.count(where: { $0 == UInt8(ascii: "x") }) == total * piece.count)
    }

    @Test("a body given up or too short cuts the connection", arguments: [true, false])
    func abandoned(isGivenUp: Bool) async throws {
        let rig = try ServerRig { router in
            router.immediate(.get, "/s") { _, _ in
                HTTPResponse(
                    body: .stream(byteCount: isGivenUp ? nil : 10) { writer in
                        try? await writer.write(Array("hello".utf8))
                        if isGivenUp { return writer.abandon() }
                        // 5 of 10 are written, so 6 more are refused and 5 remain owed.
                        let isRefused =
                            (try? await writer.write(Array(repeating: 0, count: 6))) == nil
                        #expect(isRefused)
                    }
                )
            }
        }
        defer { rig.stop() }
        let client = try await rig.connect()
        await client.send(get("/s") + get("/none"))
        let answer = try #require(await client.readToEnd())
        #expect(!answer.contains("404"))
        #expect(!answer.hasSuffix("0\r\n\r\n"))
    }

    @Test("a producer's write throws once the client is gone")
    func goneClient() async throws {
        let thrown = Recorder<Bool>()
        let rig = try ServerRig { router in
            router.immediate(.get, "/s") { _, _ in
                HTTPResponse(
                    body: .stream(byteCount: nil) { writer in
                        while true {
                            do {
                                try await writer.write(Array(repeating: 0, count: 50_000))
                            } catch {
                                thrown.append(true)
                                return
                            }
                        }
                    }
                )
            }
        }
        defer { rig.stop() }
        var client: TestClient? = try await rig.connect()
        await client?.send(get("/s"))
        client = nil
        #expect(await thrown.wait(forCount: 1) == [true])
    }
}

@Suite("Event streams", .timeLimit(.minutes(1)))
struct EventStreamTests {
    /// A server whose one route opens a stream that the test publishes into.
    private func rig(_ box: StreamBox, pending: Int = 1000) throws -> ServerRig {
        try ServerRig { router in
            router.immediate(.get, "/events") { request, context in
                let stream = EventStream(loop: context.loop, pendingByteCountMax: pending)
                let last = request.value(of: .lastEventID) ?? "none"
                stream.send(ServerSentEvent(id: "1", data: Array("after \(last)".utf8)))
                stream.whenEnded { box.ends.append($0) }
                box.stream = stream
                return HTTPResponse(body: .events(stream))
            }
        }
    }

    @Test("events go out as they come, keep-alives in silence, and the end in order")
    func life() async throws {
        let box = StreamBox()
        let rig = try rig(box)
        defer { rig.stop() }
        let client = try await rig.connect()
        let first = try #require(
            await client.exchange(get("/events", "GET", "Last-Event-ID: 41\r\n"))
        )
        #expect(first.contains("Content-Type: text/event-stream\r\n"))
        #expect(first.contains("Cache-Control: no-store\r\nX-Accel-Buffering: no\r\n"))
        #expect(first.hasSuffix("\r\n\r\n16\r\nid: 1\ndata: after 41\n\n\r\n"))
        await rig.advance(by: .milliseconds(14_990))
        #expect(client.read() == "")
        await rig.advance(by: .milliseconds(20))
        #expect(client.read() == "3\r\n:\n\n\r\n")
        await rig.loop.submit { _ = box.stream?.send(ServerSentEvent(data: Array("x".utf8))) }
        await rig.turn()
        #expect(client.read() == "9\r\ndata: x\n\n\r\n")
        // Silence counts from the last event, not from the last comment.
        await rig.advance(by: .milliseconds(14_990))
        #expect(client.read() == "")
        await rig.advance(by: .milliseconds(20))
        #expect(client.read() == "3\r\n:\n\n\r\n")
        // An hour is no limit for a stream.
        for _ in 0..<240 { await rig.advance(by: .seconds(15)) }
        _ = client.read()
        await rig.loop.submit { box.stream?.finish() }
        await rig.turn()
        #expect(client.read() == "0\r\n\r\n")
        #expect(box.ends.elements == [.finished])
        #expect(await client.exchange(get("/none"))?.hasPrefix("HTTP/1.1 404") == true)
    }

    @Test("a client that does not read is cut off at the bound")
    func slowReader() async throws {
        let box = StreamBox()
        let rig = try rig(box)
        defer { rig.stop() }
        let client = try await rig.connect()
        await client.send(get("/events"))
        for _ in 0..<20_000 {
            let isOpen = await rig.loop.submit {
                box.stream?.send(ServerSentEvent(data: Array(repeating: 65, count: 500))) ?? false
            }
            if !isOpen { break }
        }
        #expect(box.ends.elements == [.tooSlow])
        let answer = await client.readToEnd()
        #expect(answer?.hasSuffix("0\r\n\r\n") == false)
        #expect(await rig.loop.submit { rig.server.connectionCount } == 0)
    }

    @Test("the publisher hears when the client leaves, and sending is refused from then on")
    func disconnected() async throws {
        let box = StreamBox()
        let rig = try rig(box)
        defer { rig.stop() }
        var client: TestClient? = try await rig.connect()
        await client?.send(get("/events"))
        client = nil
        #expect(await box.ends.wait(forCount: 1) == [.disconnected])
        #expect(await rig.loop.submit { box.stream?.send(ServerSentEvent(data: [])) } == false)
    }

    @Test("draining ends streams one after another within half of its time")
    func drain() async throws {
        let box = StreamBox()
        let rig = try rig(box)
        defer { rig.stop() }
        var clients: [TestClient] = []
        for _ in 0..<4 {
            let client = try await rig.connect()
            await client.send(get("/events"))
            clients.append(client)
        }
        let outcome = Recorder<Bool>()
        let server = rig.server
        rig.loop.spawn { outcome.append(await server.drain(within: .seconds(8))) }
        await rig.turn()
        for expected in 1...4 {
            #expect(box.ends.elements.count == expected)
            await rig.advance(by: .milliseconds(1001))
        }
        clients = []
        #expect(await outcome.wait(forCount: 1) == [true])
        #expect(box.ends.elements == [.finished, .finished, .finished, .finished])
    }
}

/// The stream that a route opened last, and how the streams ended.
// Safe: `stream` is used on the loop only.
final class StreamBox: @unchecked Sendable {
    var stream: EventStream?
    let ends = Recorder<EventStream.End>()
}

/// A number that a producer raises and a test reads.
final class SharedCounter: Sendable {
    private let storage = Atomic<Int>(0)
    var value: Int { storage.load(ordering: .relaxed) }
    func add() { storage.wrappingAdd(1, ordering: .relaxed) }
}
