import HTTP
import Reactor
import Synchronization
import TestSupport
import Testing
import Timekeeping

@testable import HTTPClient

@Suite("Requests to other parties", .timeLimit(.minutes(1)))
struct HTTPClientTests {
    private func server() async throws -> LoopbackServer {
        try await LoopbackServer { router in
            router.immediate(.get, "/a") { request, _ in
                .text("alpha \(request.value(of: HeaderName("X-Test")) ?? "-")")
            }
            router.immediate(.get, "/redirect") { _, _ in
                var response = HTTPResponse(HTTPStatus(code: 302))
                response.fields = [ResponseField(.location, "/a")]
                return response
            }
            for method in [HTTPMethod.post, .put, .patch] {
                router.immediate(method, "/echo") { request, _ in
                    var response = HTTPResponse(.created, body: .bytes(request.body))
                    let type = request.value(of: .contentType) ?? "none"
                    response.fields = [
                        ResponseField(HeaderName("X-Method"), "\(request.method.name) \(type)")
                    ]
                    return response
                }
            }
            router.immediate(.delete, "/a") { _, _ in HTTPResponse(.noContent) }
            router.immediate(.get, "/bytes/{count}") { _, context throws(Problem) in
                let count = try context.captures.value("count", as: Int.self)
                return HTTPResponse(body: .bytes(Array(repeating: 7, count: count)))
            }
            router.immediate(.get, "/chunks/{count}") { _, context throws(Problem) in
                let count = try context.captures.value("count", as: Int.self)
                return HTTPResponse(
                    body: .stream(byteCount: nil) { writer in
                        for _ in 0..<count { try? await writer.write([7]) }
                    }
                )
            }
            router.immediate(.get, "/headers/{count}") { _, context throws(Problem) in
                let count = try context.captures.value("count", as: Int.self)
                var response = HTTPResponse()
                let value = String(repeating: "x", count: 100)
                response.fields = (0..<count).map { _ in ResponseField(HeaderName("X-Fill"), value)
                }
                return response
            }
            router.suspending(.get, "/hang") { _, context in
                _ = await context.loop.sleep(for: .seconds(3600))
                return .text("late")
            }
            router.suspending(.post, "/hang") { _, context in
                _ = await context.loop.sleep(for: .seconds(3600))
                return .text("late")
            }
            router.immediate(.get, "/drip") { _, context in
                return HTTPResponse(
                    body: .stream(byteCount: nil) { writer in
                        while (try? await writer.write([7])) != nil {
                            guard await context.loop.sleep(for: .milliseconds(10)) else { return }
                        }
                    }
                )
            }
            router.immediate(.get, "/broken") { _, context in
                return HTTPResponse(
                    body: .stream(byteCount: 100) { writer in
                        try? await writer.write(Array(repeating: 7, count: 50))
                        // Cutting the connection loses what is not sent yet; the head is to arrive.
                        _ = await context.loop.sleep(for: .milliseconds(50))
                        writer.abandon()
                    }
                )
            }
        }
    }

    private func failure(
        _ client: HTTPClient,
        _ request: HTTPClientRequest
    ) async -> HTTPClientError? {
        do throws(HTTPClientError) {
            _ = try await client.send(request)
            return nil
        } catch {
            return error
        }
    }

    @Test("methods, headers and bodies go out and come back as they are")
    func exchange() async throws {
        let server = try await server()
        let client = try await server.client()
        let request = HTTPClientRequest(.get, server.url("/a"), fields: [("X-Test", "one")])
        let answer = try await client.send(request)
        #expect(answer.status == 200)
        #expect(answer.id == request.id)
        #expect(answer.body == Array("alpha one".utf8))
        #expect(answer.value(of: "content-TYPE") == "text/plain; charset=utf-8")
        for method in [HTTPClientRequest.Method.post, .put, .patch] {
            // Larger than one read, with every octet in it.
            let body = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            let echo = try await client.send(
                HTTPClientRequest(
                    method,
                    server.url("/echo"),
                    fields: [("Content-Type", "a/b")],
                    body: body
                )
            )
            #expect(echo.status == 201)
            #expect(echo.body == body)
            #expect(echo.value(of: "X-Method") == "\(method.rawValue) a/b")
            let empty = try await client.send(HTTPClientRequest(method, server.url("/echo")))
            #expect(empty.body.isEmpty)
            #expect(empty.value(of: "X-Method") == "\(method.rawValue) none")
        }
        #expect(try await client.send(HTTPClientRequest(.delete, server.url("/a"))).status == 204)
        let head = try await client.send(HTTPClientRequest(.head, server.url("/a")))
        #expect(head.body.isEmpty && head.value(of: "Content-Length") == "7")
        await server.stop(client)
    }

    @Test(
        "a client that nobody used goes without being closed, as in a program that could not start"
    )
    func unused() throws {
        let loop = try EventLoop(name: "unused", timeSource: SystemTimeSource())
        weak var gone: HTTPClient?
        do {
            let client = try #require(HTTPClient(loop: loop))
            gone = client
        }
        #expect(gone == nil)
    }

    @Test("requests one after another use one connection, 64 at once all get their answer")
    func connections() async throws {
        let server = try await server()
        let client = try await server.client()
        for _ in 0..<10 { _ = try await client.send(HTTPClientRequest(.get, server.url("/a"))) }
        #expect(await server.connectionCount == 1)
        let url = server.url("/a")
        try await withThrowingTaskGroup(of: (Int, [UInt8]).self) { group in
            for index in 0..<64 {
                group.addTask {
                    let request = HTTPClientRequest(.get, url, fields: [("X-Test", "\(index)")])
                    return (index, try await client.send(request).body)
                }
            }
            for try await (index, body) in group { #expect(body == Array("alpha \(index)".utf8)) }
        }
        #expect(await server.connectionCount <= 65)
        #expect(await server.loop.submit { client.requestCount } == 0)
        await server.stop(client)
    }

    @Test("redirects are answers, not followed")
    func redirect() async throws {
        let server = try await server()
        let client = try await server.client()
        let answer = try await client.send(HTTPClientRequest(.get, server.url("/redirect")))
        #expect(answer.status == 302)
        #expect(answer.value(of: "Location") == "/a")
        await server.stop(client)
    }

    @Test(
        "the time limit holds where the peer hangs, and where it drips",
        arguments: ["/hang", "/drip"]
    )
    func timeLimit(path: String) async throws {
        let server = try await server()
        let client = try await server.client()
        let clock = ContinuousClock()
        let start = clock.now
        let error = await failure(
            client,
            HTTPClientRequest(.get, server.url(path), timeMax: .milliseconds(150))
        )
        #expect(error?.code == .timedOut)
        #expect(error?.outcome == .unknown)
        #expect(error?.status == (path == "/drip" ? 200 : nil))
        #expect(clock.now - start >= .milliseconds(145))
        #expect(clock.now - start < .seconds(10))
        await server.stop(client)
    }

    @Test("a request that waits for a connection is under its limit too, and was not sent")
    func waitingLimit() async throws {
        let server = try await server()
        let client = try await server.client { $0.connectionsPerHostMax = 1 }
        let url = server.url("/hang")
        let first = Task {
            await failure(client, HTTPClientRequest(.get, url, timeMax: .seconds(30)))
        }
        while await server.connectionCount < 1 { await Task.yield() }
        let second = await failure(
            client,
            HTTPClientRequest(.post, url, timeMax: .milliseconds(60))
        )
        #expect(second?.code == .timedOut)
        #expect(second?.outcome == .notSent)
        first.cancel()
        #expect(await first.value?.code == .cancelled)
        await server.stop(client)
    }

    @Test("an answer that breaks off is an unknown outcome with its status")
    func broken() async throws {
        let server = try await server()
        let client = try await server.client()
        let error = await failure(client, HTTPClientRequest(.get, server.url("/broken")))
        #expect(error?.code == .connectionLost)
        #expect(error?.outcome == .unknown)
        #expect(error?.status == 200)
        await server.stop(client)
    }

    @Test(
        "a body of the limit passes, one byte more does not, announced or not",
        arguments: ["bytes", "chunks"]
    )
    func bodyLimit(kind: String) async throws {
        let server = try await server()
        let client = try await server.client { $0.bodyByteCountMax = 1000 }
        let answer = try await client.send(HTTPClientRequest(.get, server.url("/\(kind)/1000")))
        #expect(answer.body.count == 1000)
        let error = await failure(client, HTTPClientRequest(.get, server.url("/\(kind)/1001")))
        #expect(error?.code == .responseTooLarge)
        #expect(error?.outcome == .unknown)
        await server.stop(client)
    }

    @Test("headers beyond the limit are refused")
    func headerLimit() async throws {
        let server = try await server()
        let client = try await server.client { $0.headerByteCountMax = 2000 }
        #expect(
            try await client.send(HTTPClientRequest(.get, server.url("/headers/10"))).status == 200
        )
        let error = await failure(client, HTTPClientRequest(.get, server.url("/headers/20")))
        #expect(error?.code == .headersTooLarge)
        await server.stop(client)
    }

    @Test(
        "a refused address is never connected to, by number or by name",
        arguments: ["127.0.0.1", "localhost"]
    )
    func refusedAddress(host: String) async throws {
        let server = try await server()
        let client = try await server.client { $0.addressPolicy = .publicOnly }
        let error = await failure(client, HTTPClientRequest(.get, server.url("/a", host: host)))
        #expect(error?.code == .addressRefused)
        #expect(error?.outcome == .notSent)
        #expect(await server.connectionCount == 0)
        await server.stop(client)
    }

    @Test("nobody listens: not sent")
    func noListener() async throws {
        let server = try await server()
        let client = try await server.client()
        // A port that was just given back; nobody else on this machine is handed it at once.
        let other = try await self.server()
        let url = other.url("/a")
        await other.stop()
        let error = await failure(client, HTTPClientRequest(.post, url, timeMax: .seconds(5)))
        #expect(error?.outcome == .notSent)
        #expect(error?.code == .connectFailed)
        await server.stop(client)
    }

    @Test(
        "wrong requests are refused before anything is done",
        arguments: [
            "ftp://h/", "file:///etc/passwd", "http://h/a b", "http://h/\r\nX: y", "", "gopher://h",
        ]
    )
    func invalid(url: String) async throws {
        let server = try await server()
        let client = try await server.client()
        let error = await failure(client, HTTPClientRequest(.get, url))
        #expect(error?.code == .invalidRequest)
        #expect(error?.outcome == .notSent)
        for field in [("X: y", "z"), ("", "z"), ("X", "a\r\nEvil: 1"), ("X", "a\0b")] {
            let error = await failure(
                client,
                HTTPClientRequest(.get, server.url("/a"), fields: [field])
            )
            #expect(error?.code == .invalidRequest)
        }
        await server.stop(client)
    }

    @Test("a cancelled task's request ends at once, before and after it was sent")
    func cancelled() async throws {
        let server = try await server()
        let client = try await server.client()
        let url = server.url("/hang")
        let task = Task { await failure(client, HTTPClientRequest(.post, url)) }
        while await server.connectionCount < 1 { await Task.yield() }
        task.cancel()
        #expect(await task.value?.code == .cancelled)
        let early = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return await failure(client, HTTPClientRequest(.post, url))
        }
        let error = await early.value
        #expect(error?.code == .cancelled)
        #expect(error?.outcome == .notSent)
        await server.stop(client)
    }

    @Test("too many requests at once are refused, and closing ends the rest")
    func overload() async throws {
        let server = try await server()
        let client = try await server.client { $0.requestCountMax = 1 }
        let url = server.url("/hang")
        let first = Task { await failure(client, HTTPClientRequest(.get, url)) }
        while await server.connectionCount < 1 { await Task.yield() }
        let second = await failure(client, HTTPClientRequest(.get, url))
        #expect(second?.code == .overloaded)
        #expect(second?.outcome == .notSent)
        await server.loop.submit { client.close() }
        #expect(await first.value?.code == .closed)
        #expect(await failure(client, HTTPClientRequest(.get, url))?.code == .closed)
        await server.stop(client)
    }

    @Test("only a certificate of the trusted authority and for the name is accepted")
    func authorities() async throws {
        let certificate = try TestCertificate(["localhost"], isForLoopback: false)
        let other = try TestCertificate(["localhost"])
        let server = try await LoopbackServer(certificate: certificate) { router in
            router.immediate(.get, "/a") { _, _ in .text("secret") }
        }
        let trusting = try await server.client { $0.authorityPath = certificate.authorityPath }
        let named = server.url("/a", scheme: "https", host: "localhost")
        #expect(
            try await trusting.send(HTTPClientRequest(.get, named)).body == Array("secret".utf8)
        )
        let misnamed = server.url("/a", scheme: "https")
        let wrongName = await failure(trusting, HTTPClientRequest(.get, misnamed))
        #expect(wrongName?.code == .tlsFailed)
        #expect(wrongName?.outcome == .notSent)
        let distrusting = try await server.client { $0.authorityPath = other.authorityPath }
        let wrongAuthority = await failure(distrusting, HTTPClientRequest(.get, named))
        #expect(wrongAuthority?.code == .tlsFailed)
        #expect(wrongAuthority?.outcome == .notSent)
        let system = try await server.client()
        #expect(await failure(system, HTTPClientRequest(.get, named))?.code == .tlsFailed)
        await server.stop(trusting, distrusting, system)
    }
}
