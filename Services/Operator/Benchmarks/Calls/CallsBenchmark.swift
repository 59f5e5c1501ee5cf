internal import Foundation
internal import Messages
internal import Model
internal import OperatorCommands
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
    /// What HELLO carries to programs that are run as `nexors up` runs them.
    static let environment = Deployment.demo.environmentNumber

    /// The benchmark; it starts what it needs when it runs.
    package init() {}

    package func run(_ context: BenchmarkContext) async throws -> [BenchmarkResult] {
        let own = try EchoServer(context, isSecure: false)
        defer { own.server.stop() }
        let secure = try EchoServer(context, isSecure: true)
        defer { secure.server.stop() }
        let redis = try RedisPeer(context)
        defer { redis.server.stop() }
        for server in [own.server, secure.server, redis.server] {
            context.progress("calls: \(server.commandLine)")
        }
        var results: [BenchmarkResult] = []
        // Some 1.5 s of the server's time each: the scheduler's noise is then below 1 %.
        for (inFlight, count) in [(1, 200_000), (32, 4_000_000)] {
            let label = inFlight == 1 ? "unpipelined" : "\(inFlight) in flight"
            var peers: [Rate] = []
            var rates: [[Rate]] = [[], [], [], []]
            // Turn by turn, so that a noisy minute meets all alike.
            for run in 1...context.runCount {
                context.progress("calls: \(label), run \(run) of \(context.runCount)")
                peers.append(try redis.echoes(pipeline: inFlight, count: count))
                for (index, (server, method)) in [
                    (own, ControlMethods.echo), (own, ControlMethods.echoTask),
                    (secure, ControlMethods.echo), (secure, ControlMethods.echoTask),
                ].enumerated() {
                    rates[index].append(try await server.calls(method, inFlight, count))
                }
            }
            results += Self.results(label, rates, peers, asyncTarget: inFlight == 1 ? nil : 0.6)
        }
        return results
    }

    /// What one run came to.
    fileprivate struct Rate: Sendable {
        var perCPUSecond: Double
        /// How much of its core the generator used.
        var generatorCores: Double
    }

    /// The figures of plain synchronous and asynchronous handlers, then those under TLS, which have no peer.
    private static func results(
        _ label: String,
        _ rates: [[Rate]],
        _ peers: [Rate],
        asyncTarget: Double?
    ) -> [BenchmarkResult] {
        let handlers = ["synchronous handler", "asynchronous handler"]
        let targets = [1, asyncTarget]
        let median = BenchmarkContext.median(of:)
        return rates.enumerated().flatMap { index, rates in
            let isSecure = index >= handlers.count
            let target = isSecure ? nil : targets[index % handlers.count]
            let metric = "\(label), \(handlers[index % handlers.count])\(isSecure ? ", TLS" : "")"
            return [
                BenchmarkResult(
                    bench: "calls",
                    metric: metric,
                    value: median(rates.map(\.perCPUSecond)),
                    unit: "calls/s of CPU",
                    peer: isSecure ? nil : median(peers.map(\.perCPUSecond)),
                    target: target.map { .atLeast($0) },
                    targetsRatio: true
                ),
                BenchmarkResult(
                    bench: "calls",
                    metric: "\(metric), CPU of the generator",
                    value: median(rates.map(\.generatorCores)),
                    unit: "cores",
                    peer: isSecure ? nil : median(peers.map(\.generatorCores))
                ),
            ]
        }
    }
}

/// The shipped `billing`, the smallest of the five, with its echo.
private final class EchoServer {
    let server: ServerProcess
    private let port: UInt16

    private let security: LinkSecurity

    /// - Parameter isSecure: Mutual TLS, as between services; we are the operator then, as we say we are without.
    init(_ context: BenchmarkContext, isSecure: Bool) throws {
        port = try ServerProcess.freePort()
        let folder = "\(context.scratch)/calls-\(isSecure ? "tls" : "plain")"
        let installation = Installation(folder)
        try installation.makeDirectories()
        var environment = [
            "NEXORS_ENVIRONMENT": "demo",
            "NEXORS_DATABASE_URL": "sqlite:\(installation.store(.billing))",
            "NEXORS_LISTEN": "127.0.0.1:\(port)",
            "NEXORS_INTERNAL_LISTEN": "127.0.0.1:\(try ServerProcess.freePort())",
        ]
        if isSecure {
            _ = try KeyMaterial(installation, time: context.session.time).complete()
            environment["NEXORS_TLS_CERTIFICATE"] = installation.key("billing.crt")
            environment["NEXORS_TLS_KEY"] = installation.key("billing.key")
            environment["NEXORS_TLS_AUTHORITY"] = installation.authorityPath
            security = try .mutual(
                TLSFiles(
                    certificate: installation.key("operator.crt"),
                    key: installation.key("operator.key"),
                    authority: installation.authorityPath
                )
            )
        } else {
            security = .plain(own: .operator)
        }
        server = try ServerProcess(
            "\(context.programs)/billing",
            [],
            environment: environment,
            log: installation.log("billing")
        )
        try server.waitUntilListening(on: port)
    }

    func calls(
        _ method: Method<Echo, Echo>,
        _ inFlight: Int,
        _ count: Int
    ) async throws -> CallsBenchmark.Rate {
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
        let security = security
        let before = server.cpuSeconds
        let cores = await loop.spawn { () async -> Double? in
            loop.pin(toCore: 1)
            let load = CallLoad(loop: loop, plan: plan)
            let (used, start) = (CPUTime.ofThread, ContinuousClock.now)
            do {
                try await load.run(
                    to: address,
                    security: security.connecting(to: "billing"),
                    hello: security.helloToken,
                    environment: CallsBenchmark.environment
                )
            } catch {
                return nil
            }
            guard load.failedCount == 0 else { return nil }
            let elapsed = (ContinuousClock.now - start) / .seconds(1)
            return (CPUTime.ofThread - used) / max(1e-9, elapsed)
        }.value
        guard let cores else {
            throw BenchmarkError("not all of \(count) echoes were answered; see the server's log")
        }
        return CallsBenchmark.Rate(
            perCPUSecond: Double(count) / max(1e-9, server.cpuSeconds - before),
            generatorCores: cores
        )
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

    func echoes(pipeline: Int, count: Int) throws -> CallsBenchmark.Rate {
        let before = server.cpuSeconds
        let run = try Generator.measure(
            "redis-benchmark",
            [
                "-p", "\(port)", "-c", "\(CallsBenchmark.connectionCount)", "-n", "\(count)",
                "-P", "\(pipeline)", "-q", "echo",
                String(repeating: "x", count: CallsBenchmark.bodyByteCount),
            ]
        )
        return CallsBenchmark.Rate(
            perCPUSecond: Double(count) / max(1e-9, server.cpuSeconds - before),
            generatorCores: run.cores
        )
    }
}
