import Reactor
import TestSupport
import Testing
import Timekeeping

@testable import HTTP

@Suite("The HTTP server's time limits and drain", .timeLimit(.minutes(1)))
struct HTTPServerTimeTests {
    private func rig(
        _ more: (inout Router<HTTPHandler>) -> Void = { _ in }
    ) throws -> ServerRig {
        try ServerRig { router in
            router.immediate(.post, "/a") { _, _ in .text("alpha") }
            more(&router)
        }
    }

    private let almost = Duration.milliseconds(9_990)
    private let rest = Duration.milliseconds(20)

    @Test("a connection that sends nothing ends after 10 s without an answer")
    func silent() async throws {
        let rig = try rig()
        defer { rig.stop() }
        let client = try await rig.connect()
        await rig.advance(by: almost)
        #expect(client.read() == "")
        await rig.advance(by: rest)
        #expect(client.read() == nil)
    }

    @Test("a head in drips is cut off 10 s after its first byte: 408")
    func slowHead() async throws {
        let rig = try rig()
        defer { rig.stop() }
        let client = try await rig.connect()
        #expect(await client.exchange(get("/a", "POST"))?.hasSuffix("alpha") == true)
        await rig.advance(by: .seconds(30))
        for character in "POST /a H" {
            await client.send(String(character))
            await rig.advance(by: .seconds(1))
        }
        await rig.advance(by: .milliseconds(990))
        #expect(client.read() == "")
        await rig.advance(by: rest)
        #expect(client.read()?.hasPrefix("HTTP/1.1 408 Request Timeout\r\n") == true)
        #expect(client.read() == nil)
    }

    @Test("a head that stops behind a whole line is told so, too: 408", arguments: [1, 2])
    func headWithoutEnd(lineCount: Int) async throws {
        let rig = try rig()
        defer { rig.stop() }
        let client = try await rig.connect()
        let lines = ["POST /a HTTP/1.1\r\n", "Host: a\r\n"].prefix(lineCount)
        await client.send(lines.joined())
        await rig.advance(by: almost)
        #expect(client.read() == "")
        await rig.advance(by: rest)
        #expect(client.read()?.hasPrefix("HTTP/1.1 408 Request Timeout\r\n") == true)
        #expect(client.read() == nil)
    }

    @Test("a body in drips is cut off 30 s after its head: 408")
    func slowBody() async throws {
        let rig = try rig()
        defer { rig.stop() }
        let client = try await rig.connect()
        await client.send(get("/a", "POST", "Content-Length: 100\r\n"))
        for _ in 0..<29 {
            await client.send("x")
            await rig.advance(by: .seconds(1))
        }
        await rig.advance(by: .milliseconds(990))
        #expect(client.read() == "")
        await rig.advance(by: rest)
        #expect(client.read()?.hasPrefix("HTTP/1.1 408 Request Timeout\r\n") == true)
    }

    @Test("an idle connection ends 60 s after its last answer")
    func idle() async throws {
        let rig = try rig()
        defer { rig.stop() }
        let client = try await rig.connect()
        for _ in 0..<3 {
            #expect(await client.exchange(get("/a", "POST"))?.hasSuffix("alpha") == true)
            await rig.advance(by: .milliseconds(59_900))
            #expect(client.read() == "")
        }
        await rig.advance(by: .milliseconds(200))
        #expect(client.read() == nil)
    }

    @Test("a handler that takes longer than 60 s is cancelled and answered for: 503")
    func slowHandler() async throws {
        let ended = Recorder<Bool>()
        let rig = try rig { router in
            router.suspending(.get, "/slow") { _, context in
                ended.append(await context.loop.sleep(for: .seconds(3600)))
                return .text("late")
            }
        }
        defer { rig.stop() }
        let client = try await rig.connect()
        await client.send(get("/slow"))
        await rig.advance(by: .milliseconds(59_990))
        #expect(client.read() == "")
        await rig.advance(by: rest)
        let answer = try #require(client.read())
        #expect(answer.hasPrefix("HTTP/1.1 503 Service Unavailable\r\n"))
        #expect(answer.contains(#""retryable":true"#))
        #expect(await ended.wait(forCount: 1) == [false])
        #expect(client.read() == nil)
    }

    @Test("draining ends idle connections at once and busy ones after their answer")
    func drain() async throws {
        let box = PromiseBox()
        let rig = try rig { router in
            router.suspending(.get, "/slow") { _, context in
                .text(await box.promise(on: context.loop).value())
            }
        }
        defer { rig.stop() }
        let idle = try await rig.connect()
        let busy = try await rig.connect()
        await idle.send(get("/a", "POST"))
        await busy.send(get("/slow") + get("/a", "POST"))
        let outcome = Recorder<Bool>()
        let loop = rig.loop
        let server = rig.server
        loop.spawn { outcome.append(await server.drain(within: .seconds(20))) }
        await rig.turn()
        #expect(idle.read()?.hasSuffix("alpha") == true)
        #expect(idle.read() == nil)
        #expect(busy.read() == "")
        await loop.submit { box.promise(on: loop).complete("slow") }
        await rig.turn()
        let answer = try #require(busy.read())
        #expect(answer.contains("Connection: close\r\n"))
        #expect(answer.hasSuffix("slow"))
        idle.endSending()
        busy.endSending()
        #expect(await outcome.wait(forCount: 1) == [true])
        let late = try await rig.connect()
        #expect(await late.readToEnd() == "")
    }

    @Test("draining cuts off what is left at its limit")
    func drainLimit() async throws {
        let rig = try rig { router in
            router.suspending(.get, "/slow") { _, context in
                _ = await context.loop.sleep(for: .seconds(3600))
                return .text("late")
            }
        }
        defer { rig.stop() }
        let client = try await rig.connect()
        await client.send(get("/slow"))
        let outcome = Recorder<Bool>()
        let server = rig.server
        rig.loop.spawn { outcome.append(await server.drain(within: .seconds(20))) }
        await rig.turn()
        await rig.advance(by: .milliseconds(19_990))
        #expect(outcome.elements == [])
        await rig.advance(by: rest)
        #expect(await outcome.wait(forCount: 1) == [false])
        #expect(await client.readToEnd() == "")
    }
}
