internal import BillingServer
internal import DeliverySQL
internal import DispatchCore
internal import DispatchServer
internal import GatewayServer
internal import IngestServer
internal import Messages
internal import Model
internal import PaymentsServer
internal import ServiceRuntime
internal import Storage
internal import Timekeeping

/// One seeded run of all five services with everything around them, from setting up to the checkers' verdict.
package final class Simulation {
    /// How long faults go on, business apart.
    private static let stormMilliseconds: ClosedRange<Int64> = 15_000...60_000
    /// How long everything may take to come to rest once they are over.
    private static let restMax = Duration.seconds(1800)
    private static let restInterval = Duration.seconds(2)
    private static let watchInterval = Duration.seconds(1)
    /// How long setting up may take.
    private static let setUpMax = Duration.seconds(120)
    /// Events after which a run is given up: ten times what the longest has needed.
    package static let stepCountMax = 2_000_000

    private let world: World
    private let network: Network
    private let provider: ProviderPeer
    private let partners: Partners
    private let operators: Operator
    private let drivers: [Driver]
    private let processes: [ServiceProcess]
    private let nemesis: Nemesis
    private var quietAt: Int64 = 0
    private var isAtRest = false
    private var shown: [FinalState.Shown] = []

    /// A run that has not begun.
    ///
    /// - Parameters:
    ///   - seed: Fixes everything.
    ///   - mutation: A safeguard to take out, for the tests of the checkers.
    ///   - output: Called with each line of the trace; nil keeps its digest and tail alone.
    package init(
        seed: UInt64,
        mutation: Mutation? = nil,
        output: ((String) -> Void)? = nil
    ) {
        let world = World(seed: seed, mutation: mutation, output: output)
        let network = Network(world: world)
        self.world = world
        self.network = network
        provider = ProviderPeer(world: world, network: network)
        partners = Partners(world: world, network: network)
        operators = Operator(
            world: world,
            network: network,
            driverCount: world.plan.driverCount
        )
        drivers = (0..<world.plan.driverCount).map { Driver($0, world: world, network: network) }
        let processes = Self.makeProcesses(world, network)
        self.processes = processes
        nemesis = Nemesis(world: world, network: network, processes: processes) {
            for process in processes { (process.logic as? DispatchLogic)?.split() }
        }
    }

    private static func makeProcesses(_ world: World, _ network: Network) -> [ServiceProcess] {
        func process(
            _ service: ServiceName,
            _ migrations: [MigrationSet],
            _ make: @escaping (ServiceProcess, Life) -> any ServiceLogic
        ) -> ServiceProcess {
            ServiceProcess(
                service,
                in: world,
                network: network,
                migrations: migrations,
                makeLogic: make
            )
        }
        return [
            process(.gateway, GatewayServer.migrations) {
                do {
                    return try GatewayLogic($0, $1)
                } catch {
                    preconditionFailure("the gateway's settings: \(error)")
                }
            },
            process(.ingest, IngestServer.migrations) { IngestLogic($0, $1) },
            process(
                .dispatch,
                [
                    DeliverySchema.migrations, BusinessTimeTable.migrations, LeaseTable.migrations,
                    DispatchMigrations.own,
                ]
            ) { DispatchLogic($0, $1) },
            process(.payments, PaymentsServer.migrations) { PaymentsLogic($0, $1) },
            process(.billing, BillingServer.migrations) { BillingLogic($0, $1) },
        ]
    }

    private func process(_ service: ServiceName) -> ServiceProcess {
        // In the order of `makeProcesses`, which is that of the numbers.
        processes[Int(service.rawValue) - 1]
    }

    /// Runs to the end and judges.
    ///
    /// - Parameter stepCountMax: Events after which it is given up, which counts as a failure.
    package func run(stepCountMax: Int = stepCountMax) -> SimulationReport {
        defer { for process in processes { process.shutDown() } }
        setUp()
        guard world.violations.isEmpty else {
            return SimulationReport(world, drivers: drivers.count)
        }
        partners.start()
        operators.start()
        nemesis.start()
        watch()
        let storm = world.random.draw(.nemesis) { $0.duration(Self.stormMilliseconds) }
        world.after(storm) { [unowned self] in calm() }
        while world.violations.isEmpty, !isAtRest, world.eventCount < stepCountMax, world.step() {}
        if world.eventCount >= stepCountMax {
            world.violate("not at rest after \(stepCountMax) events: \(unrest() ?? "proving")")
        }
        // Also after something else went wrong: what it did to trips and money says more than that it stopped.
        judge()
        return SimulationReport(world, drivers: drivers.count)
    }

    // MARK: Setting up

    /// Starts all, lets the operator apply the fleet's document, and waits until it has arrived everywhere.
    private func setUp() {
        world.isQuiet = true
        for process in processes { process.start() }
        wait(for: "all services to be up") { processes.allSatisfy(\.isUp) }
        operators.apply()
        wait(for: "the fleet's document") {
            operators.isAcknowledged && processes.allSatisfy { waitingCount($0) == 0 }
        }
        guard let answer = operators.answer else { return }
        for (reference, secret) in answer.texts("secret", in: "keys") {
            if let partner = Scenario.Partner(rawValue: reference) {
                partners.keys[partner] = secret
            }
        }
        let ids = answer.texts("id", in: "drivers")
        let vehicles = answer.texts("id", in: "vehicles")
        for (number, driver) in drivers.enumerated() {
            guard let id = ids.first(where: { $0.reference == "d-\(number)" })?.text,
                let vehicle = vehicles.first(where: { $0.reference == "v-\(number)" })?.text,
                let id = DriverID(id), let vehicle = VehicleID(vehicle)
            else { return world.violate("setting up: the document's answer names no driver") }
            driver.start(as: id, with: vehicle)
        }
        world.isQuiet = false
        world.note("set up; faults: \(world.plan.enabled.map(\.rawValue).joined(separator: " "))")
    }

    /// Lets time pass until `isDone`.
    private func wait(for what: String, _ isDone: () -> Bool) {
        while !isDone(), world.violations.isEmpty {
            guard world.now < Self.setUpMax.wholeMicroseconds, world.step() else {
                return world.violate("setting up: waits for \(what)")
            }
        }
    }

    private func waitingCount(_ process: ServiceProcess) -> Int? {
        process.read { session throws(StorageError) in
            try Pair(OutboxTable.counts(in: session)).waiting
        }
    }

    // MARK: The end

    private func calm() {
        world.note("all faults are over")
        world.isQuiet = true
        quietAt = world.now
        network.heal()
        for process in processes { process.calm() }
        lookForRest()
    }

    private func lookForRest() {
        let unrest = unrest()
        guard let unrest else {
            world.note("at rest")
            return prove()
        }
        guard world.now - quietAt < Self.restMax.wholeMicroseconds else {
            return world.violate("does not come to rest: \(unrest)")
        }
        world.after(Self.restInterval) { [unowned self] in lookForRest() }
    }

    /// Lets partners read what the gateway has in memory, starts gateway and ingest anew on what they have stored, and
    /// lets partners ask everything once more.
    private func prove() {
        let read = { [unowned self] in
            partners.readBookings { [unowned self] in
                shown.append(FinalState.Shown(booking: $0, state: $1, tag: $2))
            }
        }
        read()
        whenIdle { [unowned self] in
            for process in [process(.gateway), process(.ingest)] { process.crash("for the proof") }
            whenIdle { [unowned self] in
                partners.askAgain()
                whenIdle { [unowned self] in
                    read()
                    whenIdle { [unowned self] in isAtRest = true }
                }
            }
        }
    }

    private func whenIdle(_ body: @escaping () -> Void) {
        guard !partners.isIdle || !processes.allSatisfy(\.isUp) else { return body() }
        world.after(.milliseconds(100)) { [unowned self] in whenIdle(body) }
    }

    /// What is not done yet; nil where all is.
    private func unrest() -> String? {
        for process in processes {
            guard process.isUp else { return "\(process.service.text) is down" }
            let counts = process.read { session throws(StorageError) in
                try Pair(OutboxTable.counts(in: session))
            }
            guard let counts else { return "\(process.service.text) cannot be read" }
            if counts.parked > 0 {
                world.violate("\(process.service.text) gave up \(counts.parked) entries")
            }
            if counts.waiting > 0 {
                return "\(process.service.text) has \(counts.waiting) entries to deliver"
            }
        }
        let open = process(.dispatch).read { session throws(StorageError) in
            try BookingRows.open(in: session).map { "\($0.booking.id) \($0.booking.state.text)" }
        }
        if let first = open?.first {
            return "\(open?.count ?? 0) bookings are open, first \(first)"
        }
        let status = process(.payments).read { session throws(StorageError) in
            try PaymentsQueries.status(of: nil, in: session)
        }
        if let status, status.reviewCount > 0 {
            world.violate("a payment needs a person: \(status.reviewCount) operations in review")
        }
        if let status, status.operationCount > 0 {
            return "\(status.operationCount) provider operations are open"
        }
        if !partners.isIdle { return "a partner waits" }
        if !operators.isIdle { return "the operator waits" }
        return drivers.lazy.compactMap(\.unrest).first
    }

    /// Two counts, since tuples cannot be sent from the store.
    private struct Pair: Sendable {
        let waiting: Int
        let parked: Int

        init(_ counts: (waiting: Int, parked: Int)) {
            waiting = counts.waiting
            parked = counts.parked
        }
    }

    /// What must hold at every moment.
    private func watch() {
        let payments = process(.payments)
        if payments.isUp {
            let ledger = payments.read { session throws(StorageError) in
                try StateCollector.ledger(in: session)
            }
            if let ledger, !ledger.isSound { world.violate("the ledger does not add up") }
            if let ledger, ledger.hold < 0 || ledger.receivable < 0 {
                world.violate("the ledger holds \(ledger.hold) and is owed \(ledger.receivable)")
            }
        }
        world.after(Self.watchInterval) { [unowned self] in watch() }
    }

    private func judge() {
        let collector = StateCollector(
            gateway: process(.gateway),
            ingest: process(.ingest),
            dispatch: process(.dispatch),
            payments: process(.payments),
            billing: process(.billing),
            provider: provider,
            revision: operators.revision
        )
        guard var state = collector.collect() else {
            return world.violate("the stores cannot be read at the end")
        }
        var history = History()
        history.partners = partners.acts
        history.drivers = drivers.flatMap(\.acts)
        history.shifts = drivers.flatMap(\.shiftActs)
        history.fixes = drivers.map(\.fixes)
        history.refusedFixCount = world.refusedFixCount
        history.findings = partners.findings
        state.shown = shown
        world.ended(state, history)
        let findings =
            BookingChecker.findings(history, state) + TripChecker.findings(state)
            + MoneyChecker.findings(state) + ShiftChecker.findings(history, state)
            + GatewayChecker.findings(history, state)
        for finding in findings { world.violate(finding) }
    }
}
