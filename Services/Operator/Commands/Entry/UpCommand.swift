internal import HTTPClient
internal import Model
internal import ServiceRuntime
internal import Timekeeping

/// `nexors up`: a whole installation on this machine, from nothing to three lines that work when pasted.
enum UpCommand {
    private static let specification = CommandSpecification(
        "up",
        "Starts an installation on this machine and keeps it running.",
        options: [
            .data,
            .flag(
                "quiet-city",
                "without the traffic of the demo fleet; `nexors demo` starts it later"
            ),
            .value("drivers", "N", default: "\(DemoTenant.driverCount)", "demo drivers on duty"),
            .value(
                "bookings-per-minute",
                "N",
                default: "\(DemoTenant.bookingsPerMinute)",
                "what the demo partner books"
            ),
            .value("port-offset", "N", "added to every usual port; kept for later runs"),
            .flag("free-ports", "take ports that are free now; kept for later runs"),
            .value("programs", "DIR", "the folder of the built programs (default: this program's)"),
        ],
        discussion: """
            Makes a private authority, certificates and keys on the first run; later runs find them and their data
            again. Ctrl-C drains and stops everything. A program that dies is started again.
            """,
        examples: ["nexors up", "nexors up --quiet-city --free-ports --data /var/tmp/nexors"]
    )

    static let command = OperatorCommand(specification) { arguments, context in
        let drivers =
            try arguments.integer("drivers", in: 1...DemoTenant.driverCountMax, of: specification)
            ?? DemoTenant.driverCount
        let rate =
            try arguments.integer("bookings-per-minute", in: 1...600, of: specification)
            ?? DemoTenant.bookingsPerMinute
        // Before anything is made: a command line that cannot be run leaves nothing behind.
        let choice = try portChoice(arguments)
        let programs = arguments.text("programs") ?? ProgramsFolder.own
        try ProgramsFolder.check(programs, ProgramPlan.names)
        let installation = arguments.installation
        try installation.makeDirectories()
        let lock = try InstallationLock(installation)
        defer { withExtendedLifetime(lock) {} }
        let settings = try settle(choice, installation)
        let material = KeyMaterial(installation, time: context.time)
        let made = try material.complete()
        if !made.isEmpty { context.console.note(material.note(made)) }
        let plans = ProgramPlan.all(installation, settings.ports)
        try await stopLeftovers(installation, plans, context)
        try checkPorts(settings.ports)
        let supervisor = Supervisor(
            installation,
            plans,
            programs: programs,
            console: context.console,
            time: context.time,
            stop: context.stop
        )
        let outcome: Result<OperatorExit, OperatorError>
        do throws(OperatorError) {
            try await supervisor.startAll()
            let city =
                arguments.has("quiet-city")
                ? nil : DemoTraffic(drivers: drivers, bookingsPerMinute: rate)
            outcome = .success(
                try await serve(installation, settings.ports, plans, programs, city, context)
            )
        } catch {
            outcome = .failure(error)
        }
        context.console.note("stopping")
        await supervisor.stopAll()
        context.console.note("stopped")
        return try outcome.get()
    }

    // MARK: - Before anything runs

    /// Which ports a command line asks for.
    private enum PortChoice {
        case kept
        case offset(UInt16)
        case free
    }

    private static func portChoice(_ arguments: ParsedArguments) throws(UsageError) -> PortChoice {
        let offset = try arguments.integer(
            "port-offset",
            in: 0...PortPlan.offsetMax,
            of: specification
        )
        guard arguments.has("free-ports") else {
            return offset.map { .offset(UInt16($0)) } ?? .kept
        }
        guard offset == nil else {
            throw UsageError("--port-offset and --free-ports exclude each other", specification)
        }
        return .free
    }

    private static func settle(
        _ choice: PortChoice,
        _ installation: Installation
    ) throws -> Installation.Settings {
        let kept = try installation.settings()
        guard kept.map({ $0.deployment == .demo }) ?? true else {
            throw OperatorError(
                "The installation in \(installation.root) holds the keys of production.",
                advice: "Those programs run in containers; choose another folder with --data DIR."
            )
        }
        let ports: PortPlan
        switch choice {
        case .kept: ports = kept?.ports ?? PortPlan()
        case .offset(let offset): ports = PortPlan(offset: offset)
        case .free:
            var taken: Set<UInt16> = []
            ports = try PortPlan { () throws(OperatorError) -> UInt16 in
                // The system may name a port twice, since nobody holds it in between.
                while true {
                    let port = try PortProbe.anyFree()
                    if taken.insert(port).inserted { return port }
                }
            }
        }
        let settings = Installation.Settings(ports: ports)
        if settings != kept { try installation.keep(settings) }
        return settings
    }

    private static func stopLeftovers(
        _ installation: Installation,
        _ plans: [ProgramPlan],
        _ context: OperatorContext
    ) async throws(OperatorError) {
        for program in Leftovers.find(installation, plans.map(\.name)).reversed() {
            context.console.note(
                "\(program.name) (process \(program.id)) is left over from an earlier run; stopping it"
            )
            guard await Leftovers.stop(program) else {
                throw OperatorError(
                    "\(program.name) (process \(program.id)) does not stop.",
                    advice: "End it with `kill -9 \(program.id)`, then start again."
                )
            }
        }
    }

    private static func checkPorts(_ ports: PortPlan) throws(OperatorError) {
        var conflicts: [String] = []
        for assignment in ports.assignments where !PortProbe.isFree(assignment.port) {
            let holder = PortProbe.holder(of: assignment.port)
            let who =
                holder.map { "by \($0.name) (process \($0.id))" } ?? "by a program of another user"
            conflicts.append("port \(assignment.port) for \(assignment.purpose) is used \(who)")
        }
        guard conflicts.isEmpty else {
            throw OperatorError(
                conflicts.joined(separator: "\n        "),
                advice:
                    "Stop that program, or choose other ports with --port-offset N or --free-ports."
            )
        }
    }

    // MARK: - While it runs

    private static func serve(
        _ installation: Installation,
        _ ports: PortPlan,
        _ plans: [ProgramPlan],
        _ programs: String,
        _ traffic: DemoTraffic?,
        _ context: OperatorContext
    ) async throws(OperatorError) -> OperatorExit {
        try await context.withHTTP(authority: installation.authorityPath) {
            client throws(OperatorError) in
            guard try await Readiness(client, context).wait(for: plans, installation) else {
                return .ok
            }
            let address = "https://localhost:\(ports.https)"
            let gateway = GatewayClient(address: address, client: client)
            let adminKey = try KeyMaterial(installation, time: context.time).adminKey()
            let city = DemoCity()
            let provisioner = Provisioner(installation, gateway, adminKey: adminKey, context)
            let key = try await provisioner.provision(DemoTenant.plan(city))
            context.console.endShow()
            for line in Welcome.lines(address, key: key, installation, programs, city) {
                context.console.say(line)
            }
            if let traffic {
                try await traffic.run(
                    installation,
                    ports,
                    gateway: gateway,
                    adminKey: adminKey,
                    key: key,
                    context
                )
            }
            switch await context.stop.value() {
            case .signal, .asked: return .ok
            case .fault(let message): throw OperatorError(message)
            }
        }
    }
}
