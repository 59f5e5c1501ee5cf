internal import Geo
internal import Model
internal import OperatorCommands
internal import Reactor
internal import ServiceRuntime
internal import Timekeeping

/// The drivers of a system under measurement, all on duty, each on his own TLS connection to ingest.
// Safe: its members are of the loop, and every method enters it.
final class BenchFleet: @unchecked Sendable {
    /// How long all of them may take to come on duty, or to drive what they accepted.
    private static let settleTime = Duration.seconds(120)
    /// Who connects at once: TLS costs the server 1 to 2 ms of CPU each.
    private static let batch = 50
    /// Each phone sends its place so often.
    private static let fixInterval = Duration.seconds(4)
    /// Turns in an interval; one part of the fleet sends in each.
    private static let fixTurns = 100

    private let loop: EventLoop
    private let drivers: [BenchDriver]
    private let session: OperatorContext
    private let duty: Task<Void, Never>

    /// Brings a driver on duty for each of `seats`, spread over the demonstration's town.
    ///
    /// - Throws: Where not all of them are on duty in time.
    init(
        _ seats: [DriverSeat],
        _ system: ShippedSystem,
        _ context: BenchmarkContext,
        on loop: EventLoop
    ) async throws {
        self.loop = loop
        session = context.session
        let edge = try DriverEdge(
            address: "localhost:\(system.ports.drivers)",
            authority: system.installation.authorityPath,
            environment: Deployment.demo.environmentNumber,
            clock: .real
        )
        let places = BenchPlaces()
        drivers = await loop.submit {
            seats.enumerated().map { index, seat in
                BenchDriver(loop: loop, edge: edge, seat: seat, position: places.point(index))
            }
        }
        let drivers = drivers
        duty = loop.spawn {
            await withTaskGroup(of: Void.self) { group in
                for (index, driver) in drivers.enumerated() {
                    group.addTask { await driver.run() }
                    guard index % Self.batch == Self.batch - 1 else { continue }
                    while !drivers[...index].allSatisfy({ $0.isOnDuty }), !Task.isCancelled {
                        _ = await loop.sleep(for: .milliseconds(10))
                    }
                }
                group.addTask { await Self.sendFixes(of: drivers, on: loop) }
            }
        }
        do {
            try await wait("drivers are on duty") { $0.isOnDuty }
        } catch {
            await end()
            throw error
        }
    }

    /// Sends everybody home.
    func end() async {
        duty.cancel()
        await duty.value
    }

    /// How many have a trip.
    var tripCount: Int {
        get async {
            let drivers = drivers
            return await loop.submit { drivers.count { $0.trip != nil } }
        }
    }

    /// Drives all accepted trips to their ends; returns when everybody is free again.
    func driveAll() async throws {
        let (loop, drivers) = (loop, drivers)
        let driving = loop.spawn {
            await withTaskGroup(of: Void.self) { group in
                for driver in drivers where driver.trip != nil {
                    group.addTask { await driver.drive() }
                }
            }
        }
        await driving.value
        try await wait("drivers are free") { $0.trip == nil }
    }

    private func wait(
        _ what: String,
        _ condition: @escaping @Sendable (BenchDriver) -> Bool
    ) async throws {
        let drivers = drivers
        let deadline = session.time.now.advanced(by: Self.settleTime)
        while true {
            let count = await loop.submit { drivers.count(where: condition) }
            if count == drivers.count { return }
            session.console.show("\(count) of \(drivers.count) \(what)")
            guard session.time.now < deadline, await session.sleep(.milliseconds(100)) else {
                throw BenchmarkError("only \(count) of \(drivers.count) \(what)")
            }
        }
    }

    private static func sendFixes(of drivers: [BenchDriver], on loop: EventLoop) async {
        var turn = 0
        while await loop.sleep(for: fixInterval / fixTurns) {
            for index in stride(from: turn, to: drivers.count, by: fixTurns) {
                drivers[index].sendFix()
            }
            turn = (turn + 1) % fixTurns
        }
    }
}

/// Places all over the demonstration's town, the same in every run.
struct BenchPlaces: Sendable {
    private let city = DemoCity()

    /// Place number `index`: the town's middle part, filled evenly by a sequence of low discrepancy (Roberts, "The
    /// unreasonable effectiveness of quasirandom sequences", 2018: R2).
    func point(_ index: Int) -> GeoPoint {
        let east = (Double(index) * 0.754_877_666_246_693).truncatingRemainder(dividingBy: 1)
        let north = (Double(index) * 0.569_840_290_998_053).truncatingRemainder(dividingBy: 1)
        return DemoCity.position(PlanePoint(east * 4000 - 2000, north * 3400 - 1500))
    }

    /// The same with a name, for a partner.
    func place(_ index: Int) -> PartnerClient.Place {
        PartnerClient.Place(point(index), DemoCity.name)
    }
}
