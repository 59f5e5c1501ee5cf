import Crypto
import Foundation
import Geo
import HTTP
import HTTPClient
import Model
import OperatorCommands
import ProcessSupport
import Reactor
import ServiceRuntime
import Synchronization
import TestSupport
import Timekeeping

/// One installation as `nexors up` would start it: the five programs under mutual TLS and the provider's stand-in, with
/// a fleet and a partner's key. Each program can be killed, frozen, stopped and started by itself.
final class TestSystem: Sendable {
    /// The fleet.
    static let tenant = DemoTenant.number

    /// The programs.
    let services: [ServiceName: ServiceProcess]
    /// A second dispatch on the same database, which its peers know as well.
    let standby: ServiceProcess?
    /// The payment provider.
    let standIn: StandInProcess
    /// The loop of drivers and partner.
    var loop: EventLoop { context.loop }
    /// The partners' API.
    let gateway: GatewayClient
    /// The administrator.
    let admin: FleetAdmin
    /// The partner's key.
    let key: String
    /// Who drives.
    let seats: [DriverSeat]
    /// Where phones connect.
    let edge: DriverEdge
    /// The folder of everything.
    let folder: TemporaryDirectory
    private let context: OperatorContext
    private let client: HTTPClient
    private let provisioner: Provisioner
    private let loads = Mutex<[FleetLoad]>([])
    private let isClosed = Mutex(false)
    private let databases: [ServiceName: String]

    /// Starts all of it and waits until the fleet is provisioned.
    ///
    /// - Parameters:
    ///   - settings: Beside what an installation says, by service.
    ///   - driverCount: Seats that are made.
    ///   - hasStandby: Whether the peers of dispatch know a second one, which is not started.
    init(
        on engine: StoreEngine,
        settings: [ServiceName: [String: String]] = [:],
        driverCount: Int = DemoTenant.driverCountMax,
        hasStandby: Bool = false
    ) async throws {
        folder = try TemporaryDirectory(prefix: "nexors-system")
        let installation = Installation(folder.path)
        try installation.makeDirectories()
        let time = SystemTimeSource()
        let keys = KeyMaterial(installation, time: time)
        _ = try keys.complete()
        let ports = try Self.ports()
        standIn = try await StandInProcess()
        let standbyPorts = try (FreePort.find(), FreePort.find())
        var made = try Self.services(installation, ports, engine, settings, standIn)
        if hasStandby {
            standby = made.addStandby(calls: standbyPorts.0, health: standbyPorts.1)
        } else {
            standby = nil
        }
        services = made.processes()
        databases = made.environments.mapValues { $0["NEXORS_DATABASE_URL"] ?? "" }
        context = try OperatorContext(
            console: Console(isTerminal: false),
            time: time,
            stop: StopRequest()
        )
        client = try await Self.client(context.loop, installation.authorityPath)
        gateway = GatewayClient(address: "https://localhost:\(ports.https)", client: client)
        let adminKey = try keys.adminKey()
        admin = FleetAdmin(gateway, adminKey: adminKey)
        provisioner = Provisioner(installation, gateway, adminKey: adminKey, context)
        edge = try DriverEdge(
            address: "localhost:\(ports.drivers)",
            authority: installation.authorityPath,
            environment: Deployment.demo.environmentNumber,
            clock: .real
        )
        for name in ProgramPlan.startOrder { try await services[name]?.start() }
        let key = try await provisioner.provision(DemoTenant.plan(DemoCity()))
        self.key = key
        seats = try await Self.seats(driverCount, admin, key)
    }

    private static func services(
        _ installation: Installation,
        _ ports: PortPlan,
        _ engine: StoreEngine,
        _ settings: [ServiceName: [String: String]],
        _ standIn: StandInProcess
    ) throws -> SystemEnvironments {
        var environments: [ServiceName: [String: String]] = [:]
        for plan in ProgramPlan.all(installation, ports) {
            guard let name = ServiceName.allCases.first(where: { $0.text == plan.name }) else {
                continue
            }
            var environment = plan.environment
            if let database = try engine.makeDatabase() {
                environment["NEXORS_DATABASE_URL"] = database
            }
            if name == .payments {
                environment["NEXORS_PAYPAL_URL"] = standIn.settings["NEXORS_PAYPAL_URL"]
            }
            environments[name] = environment.merging(settings[name] ?? [:]) { _, wanted in wanted }
        }
        return SystemEnvironments(environments: environments, ports: ports)
    }

    private static func seats(
        _ count: Int,
        _ admin: FleetAdmin,
        _ key: String
    ) async throws -> [DriverSeat] {
        let names = try await admin.names(tenant: tenant)
        var seats: [DriverSeat] = []
        for index in 0..<count {
            let reference = DemoTenant.reference(index)
            guard let driver = names.drivers[reference], let vehicle = names.vehicles[reference]
            else { throw ProgramProcess.Failure(description: "no driver \(reference)") }
            seats.append(
                DriverSeat(
                    driver: driver,
                    vehicle: vehicle,
                    token: try await admin.driverToken(driver, key: key)
                )
            )
        }
        return seats
    }

    private static func ports() throws -> PortPlan {
        var taken: Set<UInt16> = []
        return try PortPlan {
            while true {
                let port = try FreePort.find()
                if taken.insert(port).inserted { return port }
            }
        }
    }

    private static func client(
        _ loop: EventLoop,
        _ authority: String
    ) async throws -> HTTPClient {
        var options = HTTPClientOptions()
        options.authorityPath = authority
        options.connectionsPerHostMax = 128
        let wanted = options
        guard let client = await loop.submit({ HTTPClient(loop: loop, options: wanted) }) else {
            throw ProgramProcess.Failure(description: "no HTTP client")
        }
        return client
    }

    /// A program, which every installation has.
    subscript(_ name: ServiceName) -> ServiceProcess {
        guard let service = services[name] else { preconditionFailure("all five were made") }
        return service
    }

    /// Where a program's store is, as its setting says it.
    func databaseURL(of name: ServiceName) -> String { databases[name] ?? "" }

    /// Changes the fleet's document a little, so that ingest stores zones and billing a plan anew; returns once all
    /// services have it.
    func changeFleet(_ revision: Int) async throws {
        var plan = DemoTenant.plan(DemoCity())
        plan.zoneName += " \(revision)"
        _ = try await provisioner.provision(plan)
    }

    /// A load of this system.
    func load(_ size: FleetLoad.Size, seed: UInt64) async -> FleetLoad {
        let (loop, gateway, edge, key) = (loop, gateway, edge, key)
        let load = await loop.submit {
            FleetLoad(
                loop: loop,
                gateway: gateway,
                edge: edge,
                key: key,
                size: size,
                name: "load",
                seed: seed
            )
        }
        loads.withLock { $0.append(load) }
        return load
    }

    deinit {
        guard !isClosed.withLock({ $0 }) else { return }
        // A test that ended with an error: its load must not go on beside the next one's.
        let (loads, client) = (loads.withLock { $0 }, client)
        context.loop.execute {
            for load in loads { load.cancel() }
            client.close()
        }
    }

    /// Lets `duration` pass: for what has to last, such as an outage, never for what has to come.
    func pause(_ duration: Duration) async {
        let loop = loop
        _ = await loop.spawn { await loop.sleep(for: duration) }.value
    }

    /// Waits until `condition` holds, looking 50 times a second.
    ///
    /// - Throws: After two minutes, with `what`: a test must not hang where it could fail.
    func wait(
        for what: String,
        _ condition: @escaping @Sendable () async throws -> Bool
    ) async throws {
        let deadline = loop.timeSource.now.advanced(by: .seconds(120))
        while try await !condition() {
            guard loop.timeSource.now < deadline else {
                throw ProgramProcess.Failure(description: "after two minutes not yet: \(what)")
            }
            await pause(.milliseconds(20))
        }
    }

    /// Ends every program in the order of an operator.
    ///
    /// - Returns: Those that did not leave with code 0, or left work behind.
    func stop() async -> [String] {
        var faults: [String] = []
        for name in ProgramPlan.startOrder.reversed() {
            let exit = await self[name].terminate()
            if exit != .code(0) {
                faults.append("\(name.text) ended with \(String(describing: exit))")
            }
        }
        return faults
    }

    /// Lets go of loop and client.
    func close() async {
        isClosed.withLock { $0 = true }
        await loop.submit { [client] in client.close() }
        edge.resolver.stop()
        loop.stop()
        loop.join()
    }
}

/// What the programs of a system are started with.
struct SystemEnvironments {
    private(set) var environments: [ServiceName: [String: String]]
    private let ports: PortPlan

    init(environments: [ServiceName: [String: String]], ports: PortPlan) {
        self.environments = environments
        self.ports = ports
    }

    /// A second dispatch, of which all peers of the first learn.
    mutating func addStandby(calls: UInt16, health: UInt16) -> ServiceProcess {
        let key = "NEXORS_DISPATCH_ENDPOINTS"
        for name in ServiceName.allCases where name != .dispatch {
            environments[name]?[key] =
                "127.0.0.1:\(ports.calls(of: .dispatch)),127.0.0.1:\(calls)"
        }
        var environment = environments[.dispatch] ?? [:]
        environment["NEXORS_INSTANCE"] = "2"
        environment["NEXORS_LISTEN"] = "127.0.0.1:\(calls)"
        environment["NEXORS_INTERNAL_LISTEN"] = "127.0.0.1:\(health)"
        return ServiceProcess(
            ServiceName.dispatch.text,
            environment: environment,
            callPort: calls,
            internalPort: health
        )
    }

    /// The five programs.
    func processes() -> [ServiceName: ServiceProcess] {
        var processes: [ServiceName: ServiceProcess] = [:]
        for (name, environment) in environments {
            processes[name] = ServiceProcess(
                name.text,
                environment: environment,
                callPort: ports.calls(of: name),
                internalPort: ports.health(of: name)
            )
        }
        return processes
    }
}
