internal import Crypto
internal import Foundation
internal import Messages
internal import Model
internal import Reactor
internal import ServiceRuntime
internal import Timekeeping

/// Fixes per second of server CPU, from 1,000 phones through checks and last fix to dispatch.
package struct IngestBenchmark: Benchmark {
    package let name = "ingest"
    package let summary =
        "fixes of 1,000 phones through ingest to dispatch, plain, 1 and 64 a frame"

    static let phoneCount = 1000

    /// The benchmark; it starts what it needs when it runs.
    package init() {}

    package func run(_ context: BenchmarkContext) async throws -> [BenchmarkResult] {
        var results: [BenchmarkResult] = []
        for (perFrame, frameCount, target) in [
            (1, 1000, 200_000.0), (64, 300, 3_000_000.0),
        ] {
            var rates: [Double] = []
            var generators: [Double] = []
            for run in 1...max(1, context.runCount) {
                context.progress("ingest: \(perFrame) a frame, run \(run) of \(context.runCount)")
                let figures = try await measure(context, perFrame, frameCount, isFirst: run == 1)
                rates.append(figures.perServerSecond)
                generators.append(figures.perGeneratorSecond)
            }
            results.append(
                BenchmarkResult(
                    bench: name,
                    metric: "\(perFrame) a frame",
                    value: BenchmarkContext.median(of: rates),
                    unit: "fixes/s of CPU",
                    target: .atLeast(target)
                )
            )
            results.append(
                BenchmarkResult(
                    bench: name,
                    metric: "\(perFrame) a frame, the generator with its stand-in for dispatch",
                    value: BenchmarkContext.median(of: generators),
                    unit: "fixes/s of CPU"
                )
            )
        }
        return results
    }

    private struct Figures {
        let perServerSecond: Double
        let perGeneratorSecond: Double
    }

    /// One run with a server of its own, so that nothing is left of the run before.
    private func measure(
        _ context: BenchmarkContext,
        _ perFrame: Int,
        _ frameCount: Int,
        isFirst: Bool
    ) async throws -> Figures {
        let folder = "\(context.scratch)/ingest-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: true
        )
        // One key for both: ingest signs with it, and so do we for the phones.
        let keyPath = "\(folder)/keys.pem"
        try SecretFile.write(SigningKey.generate().pem(), to: keyPath)
        let ports = Ports(
            drivers: try ServerProcess.freePort(),
            services: try ServerProcess.freePort(),
            dispatch: try ServerProcess.freePort()
        )
        let loop = try EventLoop(name: "load", timeSource: SystemTimeSource())
        loop.start()
        defer {
            loop.stop()
            loop.join()
        }
        let load = FixLoad(
            loop: loop,
            signer: TokenSigner(try SigningKeySet(path: keyPath)),
            plan: FixLoad.Plan(
                phoneCount: Self.phoneCount,
                perFrame: perFrame,
                frameCount: frameCount,
                roundTime: perFrame == 1 ? .milliseconds(8) : .milliseconds(20)
            )
        )
        try await onLoop(loop) {
            loop.pin(toCore: 1)
            try load.serveDispatch(at: SocketAddress("127.0.0.1:\(ports.dispatch)"))
        }
        let server = try ServerProcess(
            "\(context.programs)/ingest",
            [],
            environment: try Self.environment(folder, ports),
            log: "\(folder)/ingest.log"
        )
        defer { server.stop() }
        if isFirst { context.progress("ingest: \(server.commandLine)") }
        try server.waitUntilListening(on: ports.drivers)
        try await onLoop(loop) {
            try await load.connect(
                drivers: SocketAddress("127.0.0.1:\(ports.drivers)"),
                services: SocketAddress("127.0.0.1:\(ports.services)")
            )
        }
        let before = (server.cpuSeconds, CPUTime.own)
        try await onLoop(loop) { try await load.run() }
        let used = (server.cpuSeconds - before.0, CPUTime.own - before.1)
        await loop.spawn { await load.close() }.value
        let count = Double(Self.phoneCount * perFrame * frameCount)
        return Figures(
            perServerSecond: count / max(1e-9, used.0),
            perGeneratorSecond: count / max(1e-9, used.1)
        )
    }

    private struct Ports {
        let drivers: UInt16
        let services: UInt16
        let dispatch: UInt16
    }

    private static func environment(
        _ folder: String,
        _ ports: Ports
    ) throws -> [String: String] {
        [
            "NEXORS_ENVIRONMENT": "test",
            "NEXORS_DATABASE_URL": "sqlite:\(folder)/ingest.db",
            "NEXORS_LISTEN": "127.0.0.1:\(ports.services)",
            "NEXORS_DRIVER_LISTEN": "127.0.0.1:\(ports.drivers)",
            "NEXORS_INTERNAL_LISTEN": "127.0.0.1:\(try ServerProcess.freePort())",
            "NEXORS_DISPATCH_ENDPOINTS": "127.0.0.1:\(ports.dispatch)",
            "NEXORS_TOKEN_KEYS": "\(folder)/keys.pem",
            "NEXORS_LOG_LEVEL": "warning",
        ]
    }

    private func onLoop(
        _ loop: EventLoop,
        _ body: @escaping @Sendable () async throws -> Void
    ) async throws {
        let outcome: Result<Void, any Error> = await loop.spawn {
            do {
                return .success(try await body())
            } catch {
                return .failure(error)
            }
        }.value
        try outcome.get()
    }
}
