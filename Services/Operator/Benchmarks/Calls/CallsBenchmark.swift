internal import Foundation
internal import Messages
internal import Reactor
internal import ServiceRuntime
internal import Timekeeping
internal import Transport
internal import WireFormat

/// Calls per second of server CPU, beside redis-server answering ECHO of the same size.
package struct CallsBenchmark: Benchmark {
    package let name = "calls"
    package let summary = "unary calls with 64-byte bodies, 50 connections, beside Redis ECHO"

    /// The size of bodies both ways, in bytes.
    static let bodyByteCount = 64
    static let connectionCount = 50
    /// What HELLO carries to programs of the test deployment.
    static let environment = Deployment.test.environmentNumber

    /// The benchmark; it starts what it needs when it runs.
    package init() {}

    package func run(_ context: BenchmarkContext) async throws -> [BenchmarkResult] {
        let own = try EchoServer(context)
        defer { own.server.stop() }
        let redis = try RedisPeer(context)
        defer { redis.server.stop() }
        context.progress("calls: \(own.server.commandLine)")
        context.progress("calls: \(redis.server.commandLine)")
        var results: [BenchmarkResult] = []
        for (inFlight, count) in [(1, 150_000), (32, 1_500_000)] {
            let label = inFlight == 1 ? "unpipelined" : "\(inFlight) in flight"
            var peers: [Double] = []
            var immediate: [Double] = []
            var tasks: [Double] = []
            // Turn by turn, so that a noisy minute meets all three alike.
            for run in 1...max(1, context.runCount) {
                context.progress("calls: \(label), run \(run) of \(context.runCount)")
                peers.append(try redis.echoesPerCPUSecond(pipeline: inFlight, count: count))
                immediate.append(
                    try await own.callsPerCPUSecond(ControlMethods.echo, inFlight, count)
                )
                tasks.append(
                    try await own.callsPerCPUSecond(ControlMethods.echoTask, inFlight, count)
                )
            }
            let peer = BenchmarkContext.median(of: peers)
            results.append(
                BenchmarkResult(
                    bench: name,
                    metric: "\(label), synchronous handler",
                    value: BenchmarkContext.median(of: immediate),
                    unit: "calls/s of CPU",
                    peer: peer,
                    target: .atLeast(1),
                    targetsRatio: true
                )
            )
            results.append(
                BenchmarkResult(
                    bench: name,
                    metric: "\(label), asynchronous handler",
                    value: BenchmarkContext.median(of: tasks),
                    unit: "calls/s of CPU",
                    peer: peer,
                    target: inFlight == 1 ? nil : .atLeast(0.6),
                    targetsRatio: true
                )
            )
        }
        return results
    }
}

/// The shipped `billing`, the smallest of the five, with its echo.
private final class EchoServer {
    let server: ServerProcess
    private let port: UInt16

    init(_ context: BenchmarkContext) throws {
        port = try ServerProcess.freePort()
        server = try ServerProcess(
            "\(context.programs)/billing",
            [],
            environment: [
                "NEXORS_ENVIRONMENT": "test",
                "NEXORS_DATABASE_URL": "sqlite:\(context.scratch)/bench-billing.db",
                "NEXORS_LISTEN": "127.0.0.1:\(port)",
                "NEXORS_INTERNAL_LISTEN": "127.0.0.1:\(try ServerProcess.freePort())",
                "NEXORS_LOG_LEVEL": "warning",
            ],
            log: "\(context.scratch)/bench-billing.log"
        )
        try server.waitUntilListening(on: port)
    }

    func callsPerCPUSecond(
        _ method: Method<Echo, Echo>,
        _ inFlight: Int,
        _ count: Int
    ) async throws -> Double {
        // 16 bytes of the message are its frame of a block, a number and a tail's head.
        let body = try Echo.with {
            $0.payload = Array(repeating: 7, count: CallsBenchmark.bodyByteCount - 16)
        }.encoded()
        let plan = CallLoad.Plan(
            method: method.descriptor,
            body: body,
            connectionCount: CallsBenchmark.connectionCount,
            inFlight: inFlight,
            callCount: count
        )
        let loop = try EventLoop(name: "load", timeSource: SystemTimeSource())
        loop.start()
        defer {
            loop.stop()
            loop.join()
        }
        let address = try SocketAddress("127.0.0.1:\(port)")
        let before = server.cpuSeconds
        let failures = await loop.spawn { () async -> Int in
            loop.pin(toCore: 1)
            let load = CallLoad(loop: loop, plan: plan)
            do {
                try await load.run(
                    to: address,
                    security: .plain,
                    hello: Array(MethodCaller.operator.rawValue.utf8),
                    environment: CallsBenchmark.environment
                )
            } catch {
                return -1
            }
            return load.failedCount
        }.value
        guard failures == 0 else {
            throw BenchmarkError("\(failures) of \(count) echoes failed; see the server's log")
        }
        return Double(count) / max(1e-9, server.cpuSeconds - before)
    }
}

/// redis-server of the distribution, persistence off.
private final class RedisPeer {
    let server: ServerProcess
    private let port: UInt16

    init(_ context: BenchmarkContext) throws {
        port = try ServerProcess.freePort()
        server = try ServerProcess(
            "redis-server",
            ["--port", "\(port)", "--save", "", "--appendonly", "no", "--bind", "127.0.0.1"],
            log: "\(context.scratch)/bench-redis.log"
        )
        try server.waitUntilListening(on: port)
    }

    func echoesPerCPUSecond(pipeline: Int, count: Int) throws -> Double {
        let before = server.cpuSeconds
        _ = try Generator.measure(
            "redis-benchmark",
            [
                "-p", "\(port)", "-c", "\(CallsBenchmark.connectionCount)", "-n", "\(count)",
                "-P", "\(pipeline)", "-q", "echo",
                String(repeating: "x", count: CallsBenchmark.bodyByteCount),
            ]
        )
        return Double(count) / max(1e-9, server.cpuSeconds - before)
    }
}
