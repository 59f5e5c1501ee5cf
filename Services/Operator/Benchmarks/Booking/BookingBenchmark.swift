internal import HTTPClient
internal import Messages
internal import Model
internal import OperatorCommands
internal import Reactor
internal import Timekeeping

/// `POST /v1/bookings` at a fixed rate through all five programs, with a fleet that accepts every offer.
package struct BookingBenchmark: Benchmark {
    package let name = "booking"
    package let summary = "POST /v1/bookings, 500/s in an open loop, 2,000 accepting drivers"

    static let driverCount = 2000
    static let ratePerSecond = 500
    /// Three seconds of bookings a run: each takes a driver, and some 500 stay free, so that offers find one near.
    static let bookingCount = 1500
    private static let warmUpCount = 200
    private static let percentile95Max = 25.0
    private static let percentile99Max = 50.0
    /// How long the last offers of a run may take.
    private static let assignTime = Duration.seconds(30)

    /// The benchmark; it starts what it needs when it runs.
    package init() {}

    package func run(_ context: BenchmarkContext) async throws -> [BenchmarkResult] {
        let system = try ShippedSystem(context, bench: name)
        defer { system.stop() }
        try await system.start()
        var plan = DemoTenant.plan(DemoCity())
        plan.drivers = (1...Self.driverCount).map {
            FleetPlan.Driver(reference: "car-\($0)", name: "Driver \($0)", ratingHundredths: 480)
        }
        plan.requestsPerSecond = 1_000_000
        context.progress("booking: provisioning \(Self.driverCount) drivers and vehicles")
        let partner = try await BenchPartner(system, plan, context)
        let loop = try EventLoop(name: "drivers", timeSource: context.session.time)
        loop.start()
        defer {
            loop.stop()
            loop.join()
        }
        for pinned in [loop, context.session.loop] {
            await pinned.submit { _ = pinned.pin(toCore: ShippedSystem.outsideCore) }
        }
        let seats = try await partner.seats(plan)
        context.progress("booking: \(seats.count) drivers come on duty")
        let fleet = try await BenchFleet(seats, system, context, on: loop)
        let series: Result<Series, any Error>
        do {
            series = .success(try await measure(system, partner, fleet, context))
        } catch {
            series = .failure(error)
        }
        await fleet.end()
        return results(try series.get())
    }

    /// The figures of all runs.
    private struct Series {
        var p50: [Double] = []
        var p95: [Double] = []
        var p99: [Double] = []
        var rates: [Double] = []
        var serverCores: [Double] = []
        var generatorCores: [Double] = []
        var assignedCount = 0
        var bookedCount = 0
    }

    private func measure(
        _ system: ShippedSystem,
        _ partner: BenchPartner,
        _ fleet: BenchFleet,
        _ context: BenchmarkContext
    ) async throws -> Series {
        let session = context.session
        let (key, address) = (partner.key, system.address(isSecure: true))
        let outcome: Result<Series, any Error> = try await session.withHTTP(
            authority: system.installation.authorityPath
        ) { client throws(OperatorError) in
            let load = BookingLoad(
                gateway: GatewayClient(address: address, client: client),
                key: key,
                loop: session.loop,
                ratePerSecond: Self.ratePerSecond
            )
            do {
                var series = Series()
                // Connections are opened, statements prepared, pages read: what a system under way has behind it.
                var ignored = Series()
                try await one(load, Self.warmUpCount, 0, &ignored, system, fleet, context)
                for run in 1...context.runCount {
                    context.progress("booking: run \(run) of \(context.runCount)")
                    try await one(load, Self.bookingCount, run, &series, system, fleet, context)
                }
                return .success(series)
            } catch {
                return .failure(error)
            }
        }
        return try outcome.get()
    }

    /// One run: quotes first, then the bookings in their time, then all trips are driven and paid.
    private func one(
        _ load: BookingLoad,
        _ count: Int,
        _ run: Int,
        _ series: inout Series,
        _ system: ShippedSystem,
        _ fleet: BenchFleet,
        _ context: BenchmarkContext
    ) async throws {
        let quotes = try await load.quotes(count, from: run * Self.bookingCount)
        try await system.waitUntilIdle()
        let before = (system.totalCPUSeconds, system.standInCPUSeconds, CPUTime.own)
        let outcome = await load.run(quotes, name: "run-\(run)")
        let used = (
            system.totalCPUSeconds - before.0,
            system.standInCPUSeconds - before.1 + CPUTime.own - before.2
        )
        if let refusal = outcome.refusals.first {
            throw BenchmarkError(
                "\(outcome.refusals.count) of \(count) bookings failed, the first so: \(refusal)"
            )
        }
        series.assignedCount += try await waitForTrips(count, fleet, context)
        series.bookedCount += count
        let latencies = Distribution(outcome.latencies)
        series.p50.append(latencies.percentile(50) ?? .nan)
        series.p95.append(latencies.percentile(95) ?? .nan)
        series.p99.append(latencies.percentile(99) ?? .nan)
        let seconds = outcome.elapsed / .seconds(1)
        series.rates.append(Double(count) / seconds)
        series.serverCores.append(used.0 / seconds)
        series.generatorCores.append(used.1 / seconds)
        try await fleet.driveAll()
        try await system.waitUntilIdle()
    }

    /// Waits until every booking has its driver; returns how many have one at the end.
    private func waitForTrips(
        _ count: Int,
        _ fleet: BenchFleet,
        _ context: BenchmarkContext
    ) async throws -> Int {
        let deadline = context.session.time.now.advanced(by: Self.assignTime)
        while true {
            let assignedCount = await fleet.tripCount
            guard assignedCount < count, context.session.time.now < deadline else {
                return assignedCount
            }
            guard await context.session.sleep(.milliseconds(100)) else {
                throw BenchmarkError("stopped")
            }
        }
    }

    private func results(_ series: Series) -> [BenchmarkResult] {
        let median = BenchmarkContext.median(of:)
        let label = "\(Self.ratePerSecond)/s, \(Self.driverCount) drivers"
        func result(
            _ metric: String,
            _ value: Double,
            _ unit: String,
            _ target: BenchmarkResult.Target? = nil
        ) -> BenchmarkResult {
            BenchmarkResult(bench: name, metric: metric, value: value, unit: unit, target: target)
        }
        return [
            result("\(label), p50", median(series.p50), "ms"),
            result("\(label), p95", median(series.p95), "ms", .atMost(Self.percentile95Max)),
            result("\(label), p99", median(series.p99), "ms", .atMost(Self.percentile99Max)),
            result("bookings answered", median(series.rates), "bookings/s"),
            result(
                "bookings whose driver has accepted",
                Double(series.assignedCount) / Double(max(1, series.bookedCount)),
                "of all",
                .atLeast(0.99)
            ),
            result("CPU of the five programs", median(series.serverCores), "cores"),
            result("CPU of partner, drivers and provider", median(series.generatorCores), "cores"),
        ]
    }
}
