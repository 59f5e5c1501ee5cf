import Glibc
import Reactor
import Telemetry
import TestSupport
import Testing
import Timekeeping

@testable import HTTP
@testable import ServiceRuntime

@Suite("Internal port", .timeLimit(.minutes(1)))
struct InternalServerTests {
    private let health = Health()
    private let registry = MetricsRegistry()

    /// Sends a request to `port` of this machine and returns everything that comes back.
    private func get(_ path: String, port: UInt16) throws -> String {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(connected == 0)
        let request = Array("GET \(path) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".utf8)
        try #require(write(descriptor, request, request.count) == request.count)
        var answer: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(descriptor, &chunk, chunk.count)
            guard count > 0 else { return String(decoding: answer, as: UTF8.self) }
            answer += chunk.prefix(count)
        }
    }

    @Test("serves liveness, readiness and metrics, and ends with its program")
    func pages() async throws {
        let loop = try EventLoop(name: "internal", timeSource: SystemTimeSource())
        loop.start()
        defer {
            loop.stop()
            loop.join()
        }
        BuildInfo.register(in: registry, service: "test")
        let server = InternalServer(
            loop: loop,
            address: .loopback(port: 0),
            health: health,
            registry: registry
        )
        try await server.start()
        let port = try #require(await server.address()).port
        #expect(try get("/livez", port: port).hasPrefix("HTTP/1.1 200 OK\r\n"))
        #expect(try get("/readyz", port: port).hasPrefix("HTTP/1.1 503 "))
        health.enter(.serving)
        health.setStorage(fault: nil)
        #expect(try get("/readyz", port: port).hasPrefix("HTTP/1.1 200 OK\r\n"))
        let metrics = try get("/metrics", port: port)
        #expect(
            metrics.contains(
                "nexors_build_info{version=\"\(BuildInfo.version)\",service=\"test\"} 1\n"
            )
        )
        #expect(try get("/other", port: port).hasPrefix("HTTP/1.1 404 "))
        await server.stop(within: .seconds(5))
    }

    @Test("the probe of a health check is answered as readiness is, and fails where nobody answers")
    func probe() async throws {
        let loop = try EventLoop(name: "internal", timeSource: SystemTimeSource())
        loop.start()
        defer {
            loop.stop()
            loop.join()
        }
        let server = InternalServer(
            loop: loop,
            address: try SocketAddress("0.0.0.0:0"),
            health: health,
            registry: registry
        )
        try await server.start()
        let address = try #require(await server.address())
        let starting = ReadinessProbe.ask(address)
        #expect(!starting.isReady)
        #expect(starting.text.hasPrefix(#"{"status":"unready","#), "\(starting.text)")
        health.enter(.serving)
        health.setStorage(fault: nil)
        let serving = ReadinessProbe.ask(address)
        #expect(serving.isReady)
        #expect(serving.text.hasPrefix(#"{"status":"ready","#), "\(serving.text)")
        await server.stop(within: .seconds(5))
        #expect(!ReadinessProbe.ask(address).isReady)
    }

    @Test("a port in use is an error that says so")
    func portInUse() async throws {
        let loop = try EventLoop(name: "internal", timeSource: SystemTimeSource())
        loop.start()
        defer {
            loop.stop()
            loop.join()
        }
        let first = InternalServer(
            loop: loop,
            address: .loopback(port: 0),
            health: health,
            registry: registry
        )
        try await first.start()
        let address = try #require(await first.address())
        let second = InternalServer(
            loop: loop,
            address: address,
            health: health,
            registry: registry
        )
        let error = await #expect(throws: SocketError.self) { try await second.start() }
        #expect(error?.message.contains("in use") == true)
        await first.stop(within: .seconds(5))
    }

    private func body(_ response: HTTPResponse) -> String {
        guard case .bytes(let bytes) = response.body else { return "" }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test("readiness needs its own storage and the serving phase; peers only degrade")
    func readiness() {
        #expect(!health.report.isReady)
        health.enter(.serving)
        #expect(!health.report.isReady)
        health.setStorage(fault: nil)
        #expect(health.report.isReady)
        #expect(
            body(InternalPages.ready(health.report))
                == #"{"status":"ready","phase":"serving","degraded":[]}"#
        )
        health.set("payments", isUp: false)
        health.set("billing", isUp: false)
        let degraded = InternalPages.ready(health.report)
        #expect(degraded.status == .ok)
        #expect(
            body(degraded)
                == #"{"status":"degraded","phase":"serving","degraded":["billing","payments"]}"#
        )
        health.set("billing", isUp: true)
        health.setStorage(fault: "disk full")
        let unready = InternalPages.ready(health.report)
        #expect(unready.status == .serviceUnavailable)
        #expect(
            body(unready)
                == #"{"status":"unready","phase":"serving","storage":"disk full","degraded":["payments"]}"#
        )
        health.setStorage(fault: nil)
        health.enter(.draining)
        #expect(InternalPages.ready(health.report).status == .serviceUnavailable)
    }
}
