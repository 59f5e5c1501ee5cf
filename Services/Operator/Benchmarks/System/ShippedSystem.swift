internal import Foundation
internal import Model
internal import OperatorCommands
internal import Timekeeping

/// The shipped programs as `nexors up` starts them: the same settings, keys and certificates, each with its own store,
/// in a folder that is the benchmark's; all on the core of servers.
///
/// All but the provider's stand-in: it is of the outside world, as partner and drivers are, and so on their core.
final class ShippedSystem {
    /// The folder and its keys.
    let installation: Installation
    /// Where everything listens.
    let ports: PortPlan
    /// The core of what stands for the outside world, beside the programs' core 0.
    static let outsideCore = 1
    /// How long the programs may take to be done with what they took on.
    private static let idleTime = Duration.seconds(120)
    private let context: BenchmarkContext
    private let bench: String
    private let plans: [ProgramPlan]
    private var processes: [String: ServerProcess] = [:]

    /// Prepares keys and ports; nothing runs yet.
    ///
    /// - Parameter bench: The benchmark, for its folder and its lines of progress.
    /// - Throws: Which product is missing.
    init(_ context: BenchmarkContext, bench: String) throws {
        self.context = context
        self.bench = bench
        installation = Installation("\(context.scratch)/\(bench)")
        try installation.makeDirectories()
        var taken: Set<UInt16> = []
        ports = try PortPlan {
            // The system may name a port twice, since nobody holds it in between.
            while true {
                let port = try ServerProcess.freePort()
                if taken.insert(port).inserted { return port }
            }
        }
        _ = try KeyMaterial(installation, time: context.session.time).complete()
        plans = ProgramPlan.all(installation, ports)
        try ProgramsFolder.check(context.programs, plans.map(\.name))
    }

    deinit {
        stop()
    }

    /// The address of the gateway under TLS, or without.
    func address(isSecure: Bool) -> String {
        isSecure ? "https://localhost:\(ports.https)" : "http://localhost:\(ports.https)"
    }

    /// Starts all programs and returns when each is ready.
    func start() async throws {
        for plan in plans { try start(plan) }
        try await waitUntilReady(plans)
    }

    /// Starts the gateway anew, its public port with TLS or without.
    func restartGateway(isSecure: Bool) async throws {
        guard let plan = plans.first(where: { $0.name == "gateway" }) else { return }
        processes[plan.name]?.stop()
        let shown = isSecure ? [] : ["NEXORS_HTTP_TLS_CERTIFICATE", "NEXORS_HTTP_TLS_KEY"]
        try start(plan, without: shown)
        try await waitUntilReady([plan])
    }

    /// User and system time of one program so far, seconds.
    func cpuSeconds(of name: String) -> Double { processes[name]?.cpuSeconds ?? 0 }

    /// User and system time of the five programs so far, seconds.
    var totalCPUSeconds: Double {
        ServiceName.allCases.reduce(0) { $0 + cpuSeconds(of: $1.text) }
    }

    /// User and system time of the provider's stand-in so far, seconds.
    var standInCPUSeconds: Double { cpuSeconds(of: ProgramPlan.standInName) }

    /// Waits until the programs have done what they had taken on: until they use less than a twentieth of a core.
    func waitUntilIdle() async throws {
        let session = context.session
        let deadline = session.time.now.advanced(by: Self.idleTime)
        while true {
            let before = totalCPUSeconds
            let isWaited = await session.sleep(.milliseconds(500))
            guard totalCPUSeconds - before > 0.025 else { return }
            guard isWaited, session.time.now < deadline else {
                throw BenchmarkError("the programs are not done with the last run")
            }
        }
    }

    /// Ends all programs, who calls before who is called.
    func stop() {
        for plan in plans.reversed() { processes.removeValue(forKey: plan.name)?.stop() }
    }

    private func start(_ plan: ProgramPlan, without keys: [String] = []) throws {
        let environment = plan.environment.filter { !keys.contains($0.key) }
        let process = try ServerProcess(
            "\(context.programs)/\(plan.name)",
            [],
            environment: environment,
            core: plan.name == ProgramPlan.standInName ? Self.outsideCore : 0,
            log: installation.log(plan.name)
        )
        processes[plan.name] = process
        context.progress("\(bench): \(process.commandLine)")
    }

    private func waitUntilReady(_ plans: [ProgramPlan]) async throws {
        let (session, installation) = (context.session, installation)
        let isReady = try await session.withHTTP(authority: installation.authorityPath) {
            client throws(OperatorError) in
            try await Readiness(client, session).wait(for: plans, installation)
        }
        session.console.endShow()
        guard isReady else { throw BenchmarkError("stopped") }
    }
}
