internal import BillingServer
internal import Delivery
internal import DeliverySQL
internal import DispatchCore
internal import DispatchServer
internal import Messages
internal import Model
internal import PaymentsServer
internal import Storage
internal import Timekeeping

/// One seeded run of all five services with everything around them, from setting up to the checkers' verdict.
package final class Simulation {
    /// How long faults go on, business apart.
    private static let stormMilliseconds: ClosedRange<Int64> = 20_000...90_000
    /// How long everything may take to come to rest once they are over.
    private static let restMax = Duration.seconds(1800)
    private static let restInterval = Duration.seconds(2)
    private static let watchInterval = Duration.seconds(1)
    /// Events after which a run is given up: ten times what the longest has needed.
    package static let stepCountMax = 2_000_000

    private let world: World
    private let network: Network
    private let provider: ProviderPeer
    private let partners: Partners
    private let drivers: [Driver]
    private let processes: [ServiceProcess]
    private let nemesis: Nemesis
    private var quietAt: Int64 = 0
    private var isAtRest = false

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
            _ make: @escaping (ServiceProcess) -> any ServiceLogic
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
            process(.gateway, [ClaimTable.migrations]) { GatewayLogic($0) },
            process(.ingest, []) { IngestLogic($0) },
            process(.dispatch, [LeaseTable.migrations, DispatchMigrations.own]) {
                DispatchLogic($0)
            },
            process(.payments, [PaymentsSchema.migrations]) { PaymentsLogic($0) },
            process(.billing, [BillingSchema.migrations]) { BillingLogic($0) },
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
        setUp()
        network.listen(.drivers) { [unowned self] request, answer in
            guard case .show(let event) = request else { return }
            for driver in drivers { driver.hear(event) }
            answer(.done)
        }
        partners.start()
        for driver in drivers { driver.start() }
        nemesis.start()
        watch()
        let storm = world.random.draw(.nemesis) { $0.duration(Self.stormMilliseconds) }
        world.after(storm) { [unowned self] in calm() }
        while world.violations.isEmpty, !isAtRest, world.eventCount < stepCountMax, world.step() {}
        if world.eventCount >= stepCountMax {
            world.violate("not at rest after \(stepCountMax) events")
        }
        // Also after something else went wrong: what it did to trips and money says more than that it stopped.
        judge()
        return SimulationReport(world, drivers: drivers.count)
    }

    // MARK: Setting up

    private func setUp() {
        world.isQuiet = true
        for process in processes { process.start() }
        let count = world.plan.driverCount
        var commands = [
            command(DispatchMethods.applyTariff, Scenario.tariff, 1),
            command(DispatchMethods.applyRoster, Scenario.roster(driverCount: count), 2),
            command(BillingMethods.applyPlan, Scenario.plan, 3),
            command(
                PaymentsMethods.applyPaymentAccount,
                Scenario.account(Scenario.method, token: "vault-1"),
                4
            ),
            command(
                PaymentsMethods.applyPaymentAccount,
                Scenario.account(Scenario.decliningMethod, token: "declined-1"),
                5
            ),
        ]
        for number in 0..<count {
            commands.append(
                command(
                    DispatchMethods.setShift,
                    Scenario.shift(opening: number),
                    UInt64(10 + number)
                )
            )
        }
        for command in commands.compactMap(\.self) {
            var isDone = false
            process(command.destination).logic?.receive(.command(command)) { reply in
                isDone = true
                if case .command(let reply) = reply, !reply.isOK {
                    self.world.violate("setting up: \(command.destination.text) \(reply.code)")
                }
            }
            while !isDone, world.violations.isEmpty, world.step() {}
        }
        world.isQuiet = false
        world.note("set up; faults: \(world.plan.enabled.map(\.rawValue).joined(separator: " "))")
    }

    private func command<Message: WireMessage, Answer>(
        _ method: Method<Message, Answer>,
        _ message: Message,
        _ key: UInt64
    ) -> Command? {
        guard let body = try? message.encoded(),
            let destination = ServiceName(rawValue: method.descriptor.service.rawValue)
        else { return nil }
        return Command(
            destination: destination,
            method: method.descriptor.id,
            key: IdempotencyKey(bits: UInt128(key)),
            tenant: Scenario.tenant,
            subject: "service:gateway",
            body: body
        )
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
            isAtRest = true
            return world.note("at rest")
        }
        guard world.now - quietAt < Self.restMax.wholeMicroseconds else {
            return world.violate("does not come to rest: \(unrest)")
        }
        world.after(Self.restInterval) { [unowned self] in lookForRest() }
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
        for driver in drivers where !driver.isIdle { return "\(driver.id) has something to do" }
        return nil
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
            dispatch: process(.dispatch),
            payments: process(.payments),
            billing: process(.billing),
            provider: provider
        )
        guard let state = collector.collect() else {
            return world.violate("the stores cannot be read at the end")
        }
        var history = History()
        history.partners = partners.acts
        history.drivers = drivers.flatMap(\.acts)
        world.ended(state, history)
        let findings =
            BookingChecker.findings(history, state) + TripChecker.findings(state)
            + MoneyChecker.findings(state)
        for finding in findings { world.violate(finding) }
    }
}
