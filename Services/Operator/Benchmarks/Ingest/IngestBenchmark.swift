internal import Crypto
internal import Foundation
internal import Messages
internal import Model
internal import OperatorCommands
internal import Reactor
internal import ServiceRuntime
internal import Timekeeping
internal import Transport

/// Fixes per second of server CPU, from 1,000 phones through checks and last fix to dispatch.
package struct IngestBenchmark: Benchmark {
    package let name = "ingest"
    package let summary =
        "fixes of 1,000 phones through ingest to dispatch, 1 and 64 a frame, plain and TLS"

    static let phoneCount = 1000

    /// The benchmark; it starts what it needs when it runs.
    package init() {}

    package func run(_ context: BenchmarkContext) async throws -> [BenchmarkResult] {
        var results: [BenchmarkResult] = []
        for plan in [
            Plan(perFrame: 1, frameCount: 1000, target: 200_000),
            Plan(perFrame: 64, frameCount: 300, target: 3_000_000),
        ] {
            // Turn by turn, so that a noisy minute meets both alike.
            var plain: [Figures] = []
            var secure: [Figures] = []
            for run in 1...context.runCount {
                context.progress(
                    "ingest: \(plan.perFrame) a frame, run \(run) of \(context.runCount)"
                )
                plain.append(try await measure(context, plan, isSecure: false, run == 1))
                secure.append(try await measure(context, plan, isSecure: true, run == 1))
            }
            results += Self.results(plan, plain, isSecure: false)
            results += Self.results(plan, secure, isSecure: true)
        }
        return results
    }

    private static func results(
        _ plan: Plan,
        _ figures: [Figures],
        isSecure: Bool
    ) -> [BenchmarkResult] {
        let label = "\(plan.perFrame) a frame\(isSecure ? ", TLS" : "")"
        return [
            BenchmarkResult(
                bench: "ingest",
                metric: label,
                value: BenchmarkContext.median(of: figures.map(\.perServerSecond)),
                unit: "fixes/s of CPU",
                target: isSecure ? nil : .atLeast(plan.target)
            ),
            BenchmarkResult(
                bench: "ingest",
                metric: "\(label), the phones and their dispatch",
                value: BenchmarkContext.median(of: figures.map(\.perGeneratorSecond)),
                unit: "fixes/s of CPU"
            ),
        ]
    }

    private struct Plan {
        let perFrame: Int
        let frameCount: Int
        let target: Double
    }

    private struct Figures {
        let perServerSecond: Double
        let perGeneratorSecond: Double
    }

    /// One run with a server of its own, so that nothing is left of the run before.
    private func measure(
        _ context: BenchmarkContext,
        _ plan: Plan,
        isSecure: Bool,
        _ isFirst: Bool
    ) async throws -> Figures {
        let (perFrame, frameCount) = (plan.perFrame, plan.frameCount)
        let folder = "\(context.scratch)/ingest-\(UUID().uuidString)"
        let installation = Installation(folder)
        try installation.makeDirectories()
        let security = try Self.phoneSecurity(installation, context, isSecure: isSecure)
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
            environment: try Self.environment(installation, ports, isSecure: isSecure),
            log: "\(folder)/ingest.log"
        )
        defer { server.stop() }
        if isFirst { context.progress("ingest: \(server.commandLine)") }
        try server.waitUntilListening(on: ports.drivers)
        try await onLoop(loop) {
            try await load.connect(
                drivers: SocketAddress("127.0.0.1:\(ports.drivers)"),
                security,
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

    /// TLS as phones have it, with keys made for this run; or none.
    private static func phoneSecurity(
        _ installation: Installation,
        _ context: BenchmarkContext,
        isSecure: Bool
    ) throws -> ChannelSecurity {
        guard isSecure else { return .plain }
        _ = try KeyMaterial(installation, time: context.session.time).complete()
        let client = try TLSContext(
            .client(
                authorityPath: installation.authorityPath,
                applicationProtocols: [LinkSecurity.applicationProtocol]
            )
        )
        return .client(client, expectedName: DriverEdge.certificateName)
    }

    private static func environment(
        _ installation: Installation,
        _ ports: Ports,
        isSecure: Bool
    ) throws -> [String: String] {
        var environment = [
            "NEXORS_ENVIRONMENT": "demo",
            "NEXORS_DATABASE_URL": "sqlite:\(installation.store(.ingest))",
            "NEXORS_LISTEN": "127.0.0.1:\(ports.services)",
            "NEXORS_DRIVER_LISTEN": "127.0.0.1:\(ports.drivers)",
            "NEXORS_INTERNAL_LISTEN": "127.0.0.1:\(try ServerProcess.freePort())",
            "NEXORS_DISPATCH_ENDPOINTS": "127.0.0.1:\(ports.dispatch)",
            "NEXORS_TOKEN_KEYS": "\(installation.root)/keys.pem",
        ]
        if isSecure {
            environment["NEXORS_DRIVER_TLS_CERTIFICATE"] = installation.key("drivers.crt")
            environment["NEXORS_DRIVER_TLS_KEY"] = installation.key("drivers.key")
        }
        return environment
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
