internal import Foundation
internal import OperatorCommands
internal import PaymentsServer
internal import Reactor
internal import Storage
internal import StorageSQLite
internal import Timekeeping

/// Durable transfers of the payments' ledger, many to a commit, beside one to a commit on the same store.
package struct StoreBenchmark: Benchmark {
    package let name = "store"
    package let summary = "durable double-entry transfers of 64 clients, grouped and not"

    /// How long each measurement takes.
    private static let duration = Duration.seconds(2)
    /// Of the ungrouped rate of the same store.
    private static let groupingTarget = 10.0
    /// What grouped transfers should reach where the disk syncs as often as `diskRateMin`.
    private static let rateTarget = 60_000.0
    private static let diskRateMin = 3000.0
    /// Fleets of one machine with the embedded store, and of one that should have outgrown it.
    private static let tenantCount: UInt64 = 20
    private static let tenantCountMany: UInt64 = 5000

    /// One load of one store.
    private struct Measurement {
        let outcome: TransferLoad.Outcome
        let statistics: CommitGroup.Statistics

        /// How many bodies a commit had, the few of the preparation among them.
        var transfersPerCommit: Double {
            Double(statistics.jobCount) / Double(max(1, statistics.groupCount))
        }
    }

    /// The benchmark; it starts what it needs when it runs.
    package init() {}

    package func run(_ context: BenchmarkContext) async throws -> [BenchmarkResult] {
        let loop = try EventLoop(name: "clients", timeSource: context.session.time)
        loop.start()
        defer {
            loop.stop()
            loop.join()
        }
        var results = try await sqlite(context, loop)
        #if PostgreSQL
        if let programs = PostgresPeer.programs {
            results += try await postgres(context, programs, loop)
        } else {
            results.append(Self.missing("PostgreSQL, grouped: no server is installed"))
        }
        #else
        results.append(Self.missing("PostgreSQL, grouped: built without --traits PostgreSQL"))
        #endif
        return results
    }

    private func sqlite(
        _ context: BenchmarkContext,
        _ loop: EventLoop
    ) async throws -> [BenchmarkResult] {
        var disk: [Double] = []
        var grouped: [Measurement] = []
        var single: [Double] = []
        var many: [Double] = []
        for run in 1...context.runCount {
            context.progress("store: SQLite, run \(run) of \(context.runCount)")
            disk.append(try DiskSyncRate.measure(in: context.scratch, seconds: 1))
            let few = Self.tenantCount
            grouped.append(try await sqlite(context, loop, isGrouped: true, few))
            single.append(try await sqlite(context, loop, isGrouped: false, few).outcome.rate)
            many.append(
                try await sqlite(context, loop, isGrouped: true, Self.tenantCountMany).outcome.rate
            )
        }
        let diskRate = BenchmarkContext.median(of: disk)
        let rate = BenchmarkContext.median(of: grouped.map(\.outcome.rate))
        return [
            result("this disk, append of 4 KiB + fdatasync", diskRate, "syncs/s"),
            comparison("SQLite", rate, BenchmarkContext.median(of: single)),
            result(
                "SQLite, grouped, where the disk reaches 3 000 syncs/s",
                rate,
                "transfers/s",
                diskRate >= Self.diskRateMin ? .atLeast(Self.rateTarget) : nil
            ),
            groupSize("SQLite", grouped),
            result(
                "SQLite, grouped, CPU of clients, ledger and store",
                BenchmarkContext.median(of: grouped.map { $0.outcome.cpuSeconds * 1e6 }),
                "us/transfer"
            ),
            result(
                "SQLite, grouped, CPU of the writing thread alone",
                BenchmarkContext.median(of: grouped.map { $0.outcome.writerSeconds * 1e6 }),
                "us/transfer"
            ),
            result(
                "SQLite, grouped, \(Self.tenantCountMany) fleets",
                BenchmarkContext.median(of: many),
                "transfers/s"
            ),
        ]
    }

    /// One measurement in a new file.
    private func sqlite(
        _ context: BenchmarkContext,
        _ loop: EventLoop,
        isGrouped: Bool,
        _ tenantCount: UInt64
    ) async throws -> Measurement {
        let path = "\(context.scratch)/store.db"
        let store = try SQLiteStore(
            SQLiteOptions(path: path),
            time: context.session.time,
            limits: Self.limits(isGrouped: isGrouped)
        )
        let load = TransferLoad(loop: loop, tenantCount: tenantCount)
        let outcome = try await Self.measure(store, load, context)
        let statistics = store.statistics
        await store.close()
        for suffix in ["", "-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: path + suffix)
        }
        return Measurement(outcome: outcome, statistics: statistics)
    }

    private func result(
        _ metric: String,
        _ value: Double,
        _ unit: String,
        _ target: BenchmarkResult.Target? = nil
    ) -> BenchmarkResult {
        BenchmarkResult(bench: name, metric: metric, value: value, unit: unit, target: target)
    }

    private func comparison(_ engine: String, _ rate: Double, _ peer: Double) -> BenchmarkResult {
        BenchmarkResult(
            bench: name,
            metric: "\(engine), \(TransferLoad.clientCount) clients, \(Self.tenantCount) fleets, "
                + "grouped beside one a commit",
            value: rate,
            unit: "transfers/s",
            peer: peer,
            target: .atLeast(Self.groupingTarget),
            targetsRatio: true
        )
    }

    /// How many transfers shared a commit.
    private func groupSize(_ engine: String, _ runs: [Measurement]) -> BenchmarkResult {
        result(
            "\(engine), grouped, transfers that share a commit",
            BenchmarkContext.median(of: runs.map(\.transfersPerCommit)),
            "transfers"
        )
    }

    private static func missing(_ metric: String) -> BenchmarkResult {
        BenchmarkResult(bench: "store", metric: metric, value: .nan, unit: "transfers/s")
    }

    private static func limits(isGrouped: Bool) -> ThreadedStore.Limits {
        var limits = ThreadedStore.Limits()
        if !isGrouped { limits.group.jobCountMax = 1 }
        return limits
    }

    private static func measure(
        _ store: some TransactionalStore,
        _ load: TransferLoad,
        _ context: BenchmarkContext
    ) async throws -> TransferLoad.Outcome {
        let now = context.session.time.wallTime
        _ = try await Migrator.run([PaymentsSchema.migrations], on: store, at: now)
        return try await load.measure(store, for: duration)
    }
}

#if PostgreSQL
internal import StoragePostgres

extension StoreBenchmark {
    /// What waits at the same time in one commit, beside one transfer a commit; each run in a new database.
    private func postgres(
        _ context: BenchmarkContext,
        _ programs: String,
        _ loop: EventLoop
    ) async throws -> [BenchmarkResult] {
        let server = try PostgresPeer(context, programs)
        defer { server.stop() }
        context.progress("store: \(server.commandLine)")
        let load = TransferLoad(loop: loop, tenantCount: Self.tenantCount)
        var grouped: [Measurement] = []
        var single: [Double] = []
        for run in 1...context.runCount {
            context.progress("store: PostgreSQL, run \(run) of \(context.runCount)")
            for isGrouped in [true, false] {
                let store = try PostgresStore(
                    PostgresOptions(url: try server.makeDatabase("run\(run)\(isGrouped)")),
                    readerCount: 1,
                    time: context.session.time,
                    limits: Self.limits(isGrouped: isGrouped)
                )
                let outcome = try await Self.measure(store, load, context)
                let measurement = Measurement(outcome: outcome, statistics: store.statistics)
                await store.close()
                if isGrouped { grouped.append(measurement) } else { single.append(outcome.rate) }
            }
        }
        return [
            comparison(
                "PostgreSQL",
                BenchmarkContext.median(of: grouped.map(\.outcome.rate)),
                BenchmarkContext.median(of: single)
            ),
            groupSize("PostgreSQL", grouped),
        ]
    }
}
#endif
