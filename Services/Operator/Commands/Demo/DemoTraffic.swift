internal import Messages
internal import Model
internal import Reactor
internal import ServiceRuntime
internal import Timekeeping

/// The demonstration's traffic: a fleet on duty and a partner that books.
struct DemoTraffic: Sendable {
    /// Drivers of this run; 0 books rides for those who are on duty already.
    var drivers: Int
    /// What the partner books.
    let bookingsPerMinute: Int
    /// Whether to end after one booking.
    var isOnce = false

    /// A driver token holds 12 h; the phones sign on anew with an hour to spare.
    private static let tokenUse = Duration.seconds(11 * 3600)
    /// How long one ride may take from request to the end of its money.
    private static let onceTime = Duration.seconds(900)

    /// Runs until the operator asks to stop, or the one booking has ended.
    func run(
        _ installation: Installation,
        _ ports: PortPlan,
        gateway: GatewayClient,
        adminKey: String,
        key: String,
        _ context: OperatorContext
    ) async throws(OperatorError) {
        let city = DemoCity()
        let admin = FleetAdmin(gateway, adminKey: adminKey)
        let names = try await admin.names(tenant: DemoTenant.number)
        let edge = try DriverEdge(
            address: "localhost:\(ports.drivers)",
            authority: installation.authorityPath,
            environment: Deployment.demo.environmentNumber,
            clock: RehearsalClock.kept(in: installation)?.clock ?? .real
        )
        let loop = context.loop
        let count = drivers
        let fleet = await loop.submit {
            (0..<count).map { DemoDriver(loop: loop, city: city, seed: UInt64($0) + 1) }
        }
        let seed = UInt64(bitPattern: context.time.wallTime.microseconds)
        let partner = DemoPartner(
            loop: loop,
            city: city,
            client: PartnerClient(gateway, key: key),
            seed: seed
        )
        let traffic = loop.spawn {
            await withTaskGroup(of: Void.self) { group in
                for (index, driver) in fleet.enumerated() {
                    group.addTask {
                        await Self.keepOnDuty(driver, index, names, admin, key, edge, loop, context)
                    }
                }
                group.addTask { await Self.followTime(edge, installation, loop) }
                if !isOnce {
                    group.addTask { await partner.run(ratePerMinute: bookingsPerMinute) }
                    group.addTask { await Self.show(fleet, partner, loop, context.console) }
                }
            }
        }
        let result: Result<Void, OperatorError>
        do throws(OperatorError) {
            if isOnce {
                try await Self.once(fleet, partner, context)
            } else {
                _ = await context.stop.value()
            }
            result = .success(())
        } catch {
            result = .failure(error)
        }
        traffic.cancel()
        await traffic.value
        context.console.endShow()
        try result.get()
    }

    private static func keepOnDuty(
        _ driver: DemoDriver,
        _ index: Int,
        _ names: FleetAdmin.Names,
        _ admin: FleetAdmin,
        _ key: String,
        _ edge: DriverEdge,
        _ loop: EventLoop,
        _ context: OperatorContext
    ) async {
        let reference = DemoTenant.reference(index)
        guard let id = names.drivers[reference], let vehicle = names.vehicles[reference] else {
            context.console.note("the gateway knows no driver \(reference)")
            return
        }
        while !Task.isCancelled {
            guard let token = try? await admin.driverToken(id, key: key) else {
                guard await loop.sleep(for: .seconds(2)) else { return }
                continue
            }
            let seat = DriverSeat(driver: id, vehicle: vehicle, token: token)
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await driver.run(edge: edge, seat: seat) }
                group.addTask { _ = await loop.sleep(for: Self.tokenUse) }
                await group.next()
                group.cancelAll()
            }
        }
    }

    /// Phones go by what `time set` or a replay made of business time: fixes of another time are not believed.
    private static func followTime(
        _ edge: DriverEdge,
        _ installation: Installation,
        _ loop: EventLoop
    ) async {
        while await loop.sleep(for: .seconds(1)) {
            edge.clock.current = RehearsalClock.kept(in: installation)?.clock ?? .real
        }
    }

    /// The one line that moves.
    private static func show(
        _ fleet: [DemoDriver],
        _ partner: DemoPartner,
        _ loop: EventLoop,
        _ console: Console
    ) async {
        var lastFixCount = 0
        while await loop.sleep(for: .seconds(1)) {
            let onDuty = fleet.count { $0.isOnDuty }
            let driving = fleet.count { $0.trip != nil }
            let fixCount = fleet.reduce(0) { $0 + ($1.link?.counters.sentCount ?? 0) }
            let closed = partner.endCounts["closed"] ?? 0
            let lost = partner.endCounts.values.reduce(0, +) - closed
            var line = "\(DemoCity.name): "
            if !fleet.isEmpty { line += "\(onDuty) drivers on duty, \(driving) driving | " }
            line += "\(partner.bookedCount) booked, \(closed) closed, \(lost) not served"
            if !fleet.isEmpty { line += " | \(max(0, fixCount - lastFixCount)) fixes/s" }
            if partner.failureCount > 0 { line += " | \(partner.failureCount) requests failed" }
            lastFixCount = fixCount
            console.show(line)
        }
    }

    private static func once(
        _ fleet: [DemoDriver],
        _ partner: DemoPartner,
        _ context: OperatorContext
    ) async throws(OperatorError) {
        let loop = context.loop
        let deadline = context.time.now.advanced(by: onceTime)
        while !fleet.isEmpty, await !loop.submit({ fleet.contains { $0.isOnDuty } }) {
            context.console.show("waiting for a driver on duty")
            guard context.time.now < deadline else { throw late("no driver came on duty") }
            guard await context.sleep(.milliseconds(200)) else { return }
        }
        guard let id = await loop.spawn({ await partner.book() }).value else {
            throw OperatorError(
                "The booking failed: \(await loop.submit { partner.lastFailure } ?? "")"
            )
        }
        var shown = ""
        while true {
            if let booking = await loop.spawn({ await partner.look(at: id) }).value {
                if booking.state != shown { context.console.say("\(id) \(booking.state)") }
                shown = booking.state
                if booking.state == "closed" {
                    let captured = Figures.money(booking.capturedMinorUnits, FleetPlan.currency)
                    context.console.say("captured \(captured)")
                    return
                }
                guard !DemoPartner.ends.contains(booking.state) else {
                    throw OperatorError(
                        "The booking ended as \(booking.state): \(booking.reason ?? "")"
                    )
                }
            }
            guard context.time.now < deadline else { throw late("the booking is still \(shown)") }
            guard await context.sleep(.milliseconds(500)) else { return }
        }
    }

    private static func late(_ what: String) -> OperatorError {
        OperatorError(
            "After \(Figures.time(onceTime)) \(what).",
            advice: "`nexors status` shows how the programs are."
        )
    }
}
