internal import HTTP
internal import HTTPClient
internal import Model
internal import Reactor
internal import ServiceRuntime
internal import Timekeeping

/// One run of a replay, from the clock's setting to the last capture.
struct ReplayRun: Sendable {
    let installation: Installation
    let ports: PortPlan
    let data: ReplayData
    /// Business seconds for each real second.
    let speed: UInt32
    /// The window's length, seconds.
    let seconds: Int64
    let context: OperatorContext

    /// How long a whole fleet may take to come on duty, real time: TLS costs 1 to 2 ms of CPU each.
    private static let dutyTime = Duration.seconds(120)
    /// The share of cabs without which a run says nothing.
    private static let dutyShare = 0.99
    /// Between the clock's start and the window's, so that dispatch has every position: real time.
    private static let lead = Duration.seconds(2)
    /// How long money may take after the last ride, real time.
    private static let settleTime = Duration.seconds(60)
    /// How often positions are looked at, real time.
    private static let tick = Duration.milliseconds(100)
    /// Tokens that are asked for at once.
    private static let tokenBatch = 32

    /// Runs the replay.
    func run(_ client: HTTPClient) async throws(OperatorError) -> ReplayReport {
        let gateway = GatewayClient(address: "https://localhost:\(ports.https)", client: client)
        let adminKey = try KeyMaterial(installation, time: context.time).adminKey()
        let admin = FleetAdmin(gateway, adminKey: adminKey)
        let panel = try ControlPanel(installation, .init(ports: ports), context)
        // A tenant of its own for each run: its ledger holds this run's money and nothing else.
        let tenant = UInt64(context.time.wallTime.microseconds / 1_000_000)
        let key = try await Provisioner(installation, gateway, adminKey: adminKey, context)
            .provision(plan(tenant))
        let seats = try await seats(tenant, admin, key)
        let clock = try await setClock(panel, factor: speed)
        let partner = PartnerClient(gateway, key: key)
        let reading = ReplayReading(
            tenant: tenant,
            requests: data.requests,
            partner: partner,
            admin: admin,
            provider: ProviderTotals(ports, client)
        )
        let outcome: Result<ReplayReport, OperatorError>
        do throws(OperatorError) {
            let before = try await reading.positionsTaken()
            var report = try await drive(seats, clock, partner, run: ReplayReading.run(tenant))
            context.console.show("reading back bookings, ledger and provider")
            report.takenUpdateCount = try await reading.positionsTaken() - before
            try await reading.complete(&report)
            outcome = .success(report)
        } catch {
            outcome = .failure(error)
        }
        let isClockReset = await resetClock(panel)
        var report = try outcome.get()
        report.isClockReset = isClockReset
        return report
    }

    /// Lets business time go on from where it stands, at real speed.
    ///
    /// - Returns: Whether it does; where not, the console has said why and what to do. A report that is complete
    ///   otherwise is not lost with it.
    private func resetClock(_ panel: ControlPanel) async -> Bool {
        do {
            _ = try await setClock(panel, factor: 1)
            return true
        } catch {
            context.console.note(
                "Business time may still run \(speed) times as fast: \(error.message)\n"
                    + "  Set it back with `nexors time set --speed 1 --data \(installation.root)`."
            )
            return false
        }
    }

    private func plan(_ tenant: UInt64) -> FleetPlan {
        FleetPlan(
            tenant: tenant,
            name: "Replay \(tenant)",
            drivers: data.cabs.map {
                // One rating for all: the reference model knows none.
                FleetPlan.Driver(reference: $0.name, name: $0.name, ratingHundredths: 480)
            },
            boundary: data.boundary,
            zoneName: "Replay",
            patienceSeconds: ReplayModel.patienceSeconds
        )
    }

    private func setClock(
        _ panel: ControlPanel,
        factor: UInt32
    ) async throws(OperatorError) -> BusinessClock {
        let setting = RehearsalClock.following(
            RehearsalClock.kept(in: installation),
            now: context.time.wallTime,
            start: nil,
            factor: factor
        )
        try await panel.setBusinessTime(setting)
        try setting.keep(in: installation)
        return setting.clock
    }

    // MARK: - The fleet

    private func seats(
        _ tenant: UInt64,
        _ admin: FleetAdmin,
        _ key: String
    ) async throws(OperatorError) -> [DriverSeat] {
        let names = try await admin.names(tenant: tenant)
        var seats: [DriverSeat] = []
        var next = data.cabs.startIndex
        while next < data.cabs.endIndex {
            let batch = data.cabs[next..<min(next + Self.tokenBatch, data.cabs.endIndex)]
            next = batch.endIndex
            let made = await withTaskGroup(of: DriverSeat?.self) { group in
                for cab in batch {
                    guard let driver = names.drivers[cab.name],
                        let vehicle = names.vehicles[cab.name]
                    else { continue }
                    group.addTask {
                        guard let token = try? await admin.driverToken(driver, key: key) else {
                            return nil
                        }
                        return DriverSeat(driver: driver, vehicle: vehicle, token: token)
                    }
                }
                var made: [DriverSeat] = []
                for await seat in group { if let seat { made.append(seat) } }
                return made
            }
            seats += made
            context.console.show(
                "signing on: \(seats.count) of \(data.cabs.count) cabs have tokens"
            )
            guard made.count == batch.count else {
                throw OperatorError(
                    "The gateway gave only \(seats.count) of \(next) drivers a token.",
                    advice: "`nexors tenant show \(tenant)` shows how far the fleet has come."
                )
            }
        }
        let order = Dictionary(
            uniqueKeysWithValues: data.cabs.enumerated().compactMap { index, cab in
                names.drivers[cab.name].map { ($0, index) }
            }
        )
        return seats.sorted { (order[$0.driver] ?? 0) < (order[$1.driver] ?? 0) }
    }

    private func drive(
        _ seats: [DriverSeat],
        _ business: BusinessClock,
        _ partner: PartnerClient,
        run: String
    ) async throws(OperatorError) -> ReplayReport {
        let loop = context.loop
        let clock = ReplayClock(loop: loop, clock: business)
        let edge = try DriverEdge(
            address: "localhost:\(ports.drivers)",
            authority: installation.authorityPath,
            environment: Deployment.demo.environmentNumber,
            clock: business
        )
        let (cabs, requests) = (data.cabs, data.requests)
        let fleet = cabs.map {
            ReplayCab(loop: loop, clock: clock, cab: $0, requests: requests)
        }
        let riders = ReplayRiders(
            loop: loop,
            clock: clock,
            client: partner,
            requests: requests,
            run: run
        )
        let duty = loop.spawn {
            await withTaskGroup(of: Void.self) { group in
                for (cab, seat) in zip(fleet, seats) {
                    group.addTask { await cab.run(edge: edge, seat: seat) }
                }
                group.addTask {
                    while await loop.sleep(for: Self.tick) {
                        let second = clock.second
                        for cab in fleet { cab.tick(second) }
                    }
                }
            }
        }
        // How long it took, once everything has come to its end.
        let outcome: Result<Duration, OperatorError>
        do throws(OperatorError) {
            try await waitForDuty(fleet)
            let lead = Duration.microseconds(Self.lead.wholeMicroseconds * Int64(speed))
            await loop.submit { clock.begin(in: lead) }
            let startedAt = context.time.now
            try await follow(fleet, riders, clock, partner)
            outcome = .success(startedAt.duration(to: context.time.now))
        } catch {
            outcome = .failure(error)
        }
        context.console.show("the cabs go home")
        duty.cancel()
        await duty.value
        // Afterwards, so that no position is on its way any more.
        return await report(fleet, riders, clock, elapsed: try outcome.get())
    }

    private func waitForDuty(_ fleet: [ReplayCab]) async throws(OperatorError) {
        let deadline = context.time.now.advanced(by: Self.dutyTime)
        while true {
            let count = await context.loop.submit { fleet.count { $0.link?.isOpen ?? false } }
            if count == fleet.count { return }
            context.console.show("signing on: \(count) of \(fleet.count) cabs on duty")
            if context.time.now >= deadline {
                if Double(count) >= Double(fleet.count) * Self.dutyShare { return }
                throw OperatorError(
                    "Only \(count) of \(fleet.count) cabs came on duty.",
                    advice: "Ingest's log says why; `nexors doctor` checks the limit of open files."
                )
            }
            guard await context.sleep(.milliseconds(200)) else { throw Self.stopped }
        }
    }

    private static let stopped = OperatorError("Stopped before the end.")

    /// Lets the riders ask, shows how it goes, and returns once nobody rides or waits any more.
    private func follow(
        _ fleet: [ReplayCab],
        _ riders: ReplayRiders,
        _ clock: ReplayClock,
        _ partner: PartnerClient
    ) async throws(OperatorError) {
        let loop = context.loop
        let asking = loop.spawn { await riders.ask() }
        defer { asking.cancel() }
        // Whoever asked last may wait 15 minutes and then ride for as long as the longest ride.
        let longest = data.requests.map(\.durationSeconds).max() ?? 0
        let patience = Int64(ReplayModel.patienceSeconds)
        let lastSecond = Double(seconds + 2 * patience + longest)
        var settledAt: Instant?
        while true {
            guard await context.sleep(.seconds(1)) else { throw Self.stopped }
            let (second, asked, booked, failed, driving, served) = await loop.submit {
                (
                    clock.second, riders.askedCount, riders.bookings.count, riders.failureCount,
                    fleet.count { $0.trip != nil }, fleet.reduce(0) { $0 + $1.pickupCount }
                )
            }
            let share = min(100, max(0, Int(second * 100 / Double(seconds))))
            context.console.show(
                "\(share) % | asked \(asked) of \(data.requests.count), booked \(booked), "
                    + "failed \(failed) | picked up \(served), \(driving) cabs busy"
            )
            let isAsked = asked == data.requests.count && booked + failed == asked
            if isAsked, driving == 0, await areFinal(partner) { return }
            guard second > lastSecond else { continue }
            let since = settledAt ?? context.time.now
            settledAt = since
            if since.duration(to: context.time.now) > Self.settleTime { return }
        }
    }

    private func areFinal(_ partner: PartnerClient) async -> Bool {
        guard let bookings = try? await partner.allBookings() else { return false }
        return bookings.allSatisfy { DemoPartner.ends.contains($0.state) }
    }

    private func report(
        _ fleet: [ReplayCab],
        _ riders: ReplayRiders,
        _ clock: ReplayClock,
        elapsed: Duration
    ) async -> ReplayReport {
        var report = await context.loop.submit {
            var report = ReplayReport()
            report.zero = clock.zero
            report.latencies = Distribution(riders.latencies)
            report.failureCount = riders.failureCount
            report.lastFailure = riders.failureCount > 0 ? riders.lastFailure : ""
            let links = fleet.compactMap { $0.link?.counters }
            report.sentUpdateCount = links.reduce(0) { $0 + $1.sentCount }
            report.refusedUpdateCount = links.reduce(0) { $0 + $1.refusedCount }
            report.reconnectCount = links.reduce(0) { $0 + $1.reconnectCount }
            return report
        }
        report.cabCount = data.cabs.count
        report.requestCount = data.requests.count
        report.seconds = Double(elapsed.wholeMilliseconds) / 1000
        report.referenceWaits = ReplayReference(data).waits
        return report
    }
}
