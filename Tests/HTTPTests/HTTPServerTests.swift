import Foundation
import Reactor
import TestSupport
import Testing
import Timekeeping

@testable import HTTP

@Suite("The HTTP server", .timeLimit(.minutes(1)))
struct HTTPServerTests {
    private func rig(
        options: HTTPServerOptions = HTTPServerOptions(),
        _ more: (inout Router<HTTPHandler>) -> Void = { _ in }
    ) throws -> ServerRig {
        try ServerRig(options: options) { router in
            router.immediate(.get, "/a") { _, _ in .text("alpha") }
            router.immediate(.post, "/echo") { request, _ in
                HTTPResponse(contentType: "text/plain", body: .bytes(request.body))
            }
            router.immediate(.get, "/v1/bookings/{id}") { _, context throws(Problem) in
                guard context.captures["id"] == "bk_1" else {
                    throw Problem(.notFound, detail: "No such booking.")
                }
                return .json(Array("{}".utf8))
            }
            more(&router)
        }
    }

    @Test("a request is answered with exactly these bytes, and the connection stays open")
    func plain() async throws {
        let rig = try rig()
        defer { rig.stop() }
        let client = try await rig.connect()
        let answer =
            "HTTP/1.1 200 OK\r\n\(dateLine)Content-Type: text/plain; charset=utf-8\r\n"
            + "Content-Length: 5\r\n\r\nalpha"
        #expect(await client.exchange(get("/a")) == answer)
        #expect(await client.exchange(get("/a")) == answer)
        #expect(rig.observed.lines.elements == ["GET /a 200", "GET /a 200"])
    }

    @Test("requests that come together are answered together, in order")
    func pipelined() async throws {
        let rig = try rig()
        defer { rig.stop() }
        let client = try await rig.connect()
        let all = await client.exchange(
            get("/a") + get("/v1/bookings/bk_1") + get("/nothing")
                + get("/echo", "POST", "Content-Length: 3\r\n") + "xyz"
        )
        let text = try #require(all)
        let places = ["alpha", "{}", "404 Not Found", "xyz"].map { text.range(of: $0)?.lowerBound }
        #expect(places == places.compactMap { $0 }.sorted())
        #expect(!places.contains(nil))
    }

    @Test("a request in single bytes is answered like a whole one")
    func bytewise() async throws {
        let rig = try rig()
        defer { rig.stop() }
        let client = try await rig.connect()
        // Single octets: a CR LF is one Character.
        for octet in get("/a").utf8.dropLast() { await client.send(String(UnicodeScalar(octet))) }
        #expect(client.read() == "")
        #expect(await client.exchange("\n")?.hasSuffix("alpha") == true)
    }

    @Test(
        "methods and paths without a handler are told so",
        arguments: [
            (get("/none"), "404 Not Found", ""),
            (get("/a", "POST"), "405 Method Not Allowed", "GET, HEAD, OPTIONS"),
            (get("/a", "TRACE"), "405 Method Not Allowed", "GET, HEAD, OPTIONS"),
            (get("/a", "OPTIONS"), "204 No Content", "GET, HEAD, OPTIONS"),
            (get("*", "OPTIONS"), "204 No Content", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"),
            (get("/v1/bookings/x"), "404 Not Found", ""),
        ]
    )
    func withoutHandler(request: String, status: String, allow: String) async throws {
        let rig = try rig()
        defer { rig.stop() }
        let client = try await rig.connect()
        let answer = try #require(await client.exchange(request))
        #expect(answer.hasPrefix("HTTP/1.1 \(status)\r\n"))
        #expect(answer.contains("Allow: ") == !allow.isEmpty)
        if !allow.isEmpty { #expect(answer.contains("Allow: \(allow)\r\n")) }
        #expect(!answer.contains("Server:"))
    }

    @Test("HEAD has the head of GET and no body")
    func head() async throws {
        let rig = try rig()
        defer { rig.stop() }
        let client = try await rig.connect()
        let answer = try #require(await client.exchange(get("/a", "HEAD") + get("/a")))
        let heads = answer.components(separatedBy: "\r\n\r\n")
        #expect(heads[0] == heads[1])
        #expect(heads[0].contains("Content-Length: 5"))
        #expect(heads[2] == "alpha")
    }

    @Test(
        "a refused request is answered once and ends the connection",
        arguments: [
            "GET /a HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
            "GET /a HTTP/1.1\nHost: h\n\n", "GET /a HTTP/1.1\r\nHost: h\r\nX: a\r\n b\r\n\r\n",
            "GET /a HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n",
            "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        ]
    )
    func refused(request: String) async throws {
        let rig = try rig()
        defer { rig.stop() }
        let client = try await rig.connect()
        await client.send(request + get("/a"))
        client.endSending()
        let answer = try #require(await client.readToEnd())
        #expect(answer.hasPrefix("HTTP/1.1 400 Bad Request\r\n"))
        #expect(answer.contains("Connection: close\r\n"))
        #expect(answer.contains("application/problem+json"))
        #expect(!answer.contains("alpha"))
        #expect(rig.observed.lines.elements.filter { $0.hasPrefix("refused 400") }.count == 1)
    }

    @Test("Connection: close and HTTP/1.0 end the connection after the answer")
    func closing() async throws {
        let rig = try rig()
        defer { rig.stop() }
        for request in [get("/a", "GET", "Connection: close\r\n"), "GET /a HTTP/1.0\r\n\r\n"] {
            let client = try await rig.connect()
            await client.send(request + get("/a"))
            client.endSending()
            let answer = try #require(await client.readToEnd())
            #expect(answer.contains("Connection: close\r\n\r\nalpha"))
            #expect(answer.components(separatedBy: "alpha").count == 2)
        }
    }

    @Test("a client that has sent its end still gets its answers")
    func halfClosed() async throws {
        let rig = try rig()
        defer { rig.stop() }
        let client = try await rig.connect()
        await client.send(get("/a"))
        client.endSending()
        #expect(await client.readToEnd()?.hasSuffix("alpha") == true)
    }

    @Test("a client that expects 100 gets it before it sends the body")
    func expectation() async throws {
        let rig = try rig()
        defer { rig.stop() }
        let client = try await rig.connect()
        let head = get("/echo", "POST", "Expect: 100-continue\r\nContent-Length: 2\r\n")
        #expect(await client.exchange(head) == "HTTP/1.1 100 Continue\r\n\r\n")
        #expect(await client.exchange("ok")?.hasSuffix("\r\n\r\nok") == true)
    }

    @Test("a large answer is compressed only for a client that takes it")
    func compression() async throws {
        let body = String(repeating: #"{"id":"bk_1"}"#, count: 200)
        let rig = try rig { router in
            router.immediate(.get, "/large") { _, _ in .json(Array(body.utf8)) }
        }
        defer { rig.stop() }
        let client = try await rig.connect()
        let plain = try #require(await client.exchange(get("/large")))
        #expect(plain.hasSuffix(body))
        let packed = try #require(
            await client.exchange(get("/large", "GET", "Accept-Encoding: gzip\r\n"))
        )
        #expect(packed.contains("Content-Encoding: gzip\r\nVary: Accept-Encoding\r\n"))
        #expect(packed.utf8.count < 600)
        let small = try #require(
            await client.exchange(get("/a", "GET", "Accept-Encoding: gzip\r\n"))
        )
        #expect(small.hasSuffix("alpha"))
    }

    @Test("a suspending handler holds back the next request's answer, not its reading")
    func suspending() async throws {
        let box = PromiseBox()
        let rig = try rig { router in
            router.suspending(.get, "/slow") { _, context in
                .text(await box.promise(on: context.loop).value())
            }
        }
        defer { rig.stop() }
        let client = try await rig.connect()
        let jobs = rig.loop.foreignJobCount
        #expect(await client.exchange(get("/slow") + get("/a")) == "")
        await rig.loop.submit { box.promise(on: rig.loop).complete("slow") }
        await rig.turn()
        let answer = try #require(client.read())
        #expect(answer.contains("slow"))
        #expect(answer.hasSuffix("alpha"))
        #expect(rig.loop.foreignJobCount == jobs)
    }

    @Test("a handler is cancelled when its client goes away")
    func goneClient() async throws {
        let ended = Recorder<Bool>()
        let rig = try rig { router in
            router.suspending(.get, "/slow") { _, context in
                ended.append(await context.loop.sleep(for: .seconds(50)))
                return .text("late")
            }
        }
        defer { rig.stop() }
        var client: TestClient? = try await rig.connect()
        await client?.send(get("/slow"))
        // Unread input makes the close a reset, so that the server learns of it while it answers.
        client = nil
        _ = await rig.until { rig.server.connectionCount == 0 }
        await rig.advance(by: .seconds(20))
        #expect(rig.server.connectionCount <= 1)
        await rig.advance(by: .seconds(40))
        #expect(await ended.wait(forCount: 1).count == 1)
    }

    @Test("connections over the limit are closed at once, and room is used again")
    func connectionLimit() async throws {
        var options = HTTPServerOptions()
        options.connectionCountMax = 1
        let rig = try rig(options: options)
        defer { rig.stop() }
        var first: TestClient? = try await rig.connect()
        let second = try await rig.connect()
        #expect(await second.readToEnd() == "")
        #expect(rig.observed.lines.elements == ["connection refused"])
        #expect(await first?.exchange(get("/a"))?.hasSuffix("alpha") == true)
        first = nil
        #expect(await rig.until { rig.server.connectionCount == 0 })
        #expect(try await rig.connect().exchange(get("/a"))?.hasSuffix("alpha") == true)
    }
}

/// A promise that the test and a handler share.
// Safe: used on the loop only.
final class PromiseBox: @unchecked Sendable {
    private var made: LoopPromise<String>?

    func promise(on loop: EventLoop) -> LoopPromise<String> {
        if let made { return made }
        let promise = LoopPromise<String>(loop: loop)
        made = promise
        return promise
    }
}
