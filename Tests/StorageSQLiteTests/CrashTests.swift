import SimulationKit
import Storage
import StorageSQLite
import TestSupport
import Testing

@Suite("SQLite and a lost power supply")
struct CrashTests {
    /// One life of a store up to a crash at a random operation, and what is found afterwards.
    ///
    /// - Returns: What is wrong; nil where every promise was kept.
    private static func live(seed: UInt64, durability: SQLiteOptions.Durability) throws -> String? {
        var generator = SeededGenerator(seed: seed)
        let disk = SimulatedDisk(seed: seed)
        let files = SimulatedFileSystem(name: "crash-\(durability.rawValue)-\(seed)", disk: disk)
        defer { withExtendedLifetime(files) {} }
        var options = SQLiteOptions(path: "store.db")
        options.fileSystem = files.name
        options.isExclusive = true
        options.durability = durability
        options.cacheKibibytes = 256
        options.checkpointPageCount = Int.random(in: 4...40, using: &generator)

        var acknowledged: [Int64] = []
        var next: Int64 = 0
        var history = ""
        // Two lives on one disk, so that the second starts on what the first crash left.
        for life in 1...2 {
            disk.inject(
                .powerLoss,
                at: disk.operationCount + Int.random(in: 1...120, using: &generator)
            )
            let mode = SimulatedDisk.CrashMode.allCases.randomElement(using: &generator)!
            history += " life \(life) \(mode)"
            run(options, &generator, &acknowledged, &next)
            disk.crash(mode)
            if let finding = try inspect(options, acknowledged) {
                return "seed \(seed):\(history): \(finding)"
            }
        }
        return nil
    }

    /// Writes in groups until the power fails.
    private static func run(
        _ options: SQLiteOptions,
        _ generator: inout SeededGenerator,
        _ acknowledged: inout [Int64],
        _ next: inout Int64
    ) {
        guard let engine = try? SQLiteEngine.writer(options) else { return }
        defer { engine.close() }
        let store = SynchronousStore(engine: engine, time: ManualTimeSource())
        var isUp =
            (try? store.write { session throws(StorageError) in
                try session.define(
                    "CREATE TABLE IF NOT EXISTS pair (k INTEGER, half INTEGER, filler BLOB)"
                )
            }) != nil
        while isUp {
            var done: [Int64] = []
            for _ in 0..<Int.random(in: 1...6, using: &generator) {
                let key = next
                next += 1
                let filler = [UInt8](
                    repeating: UInt8(key & 255),
                    count: Int.random(in: 0...600, using: &generator)
                )
                let fails = Int.random(in: 0..<8, using: &generator) == 0
                store.enqueue({ session throws(StorageError) in
                    for half in 0...1 {
                        try session.execute(
                            "INSERT INTO pair (k, half, filler) VALUES ($1, $2, $3)",
                            [.integer(key), .integer(Int64(half)), .blob(filler)]
                        )
                    }
                    if fails { throw StorageError(.conflict, "on purpose") }
                }) { answer in
                    switch answer {
                    case .success: done.append(key)
                    case .failure(let error): if error.code != .conflict { isUp = false }
                    }
                }
            }
            store.flush()
            acknowledged += done
        }
    }

    private static func inspect(_ options: SQLiteOptions, _ acknowledged: [Int64]) throws -> String?
    {
        let engine: SQLiteEngine
        do {
            engine = try SQLiteEngine.writer(options)
            try engine.check()
        } catch {
            return "does not open: \(error)"
        }
        defer { engine.close() }
        let store = SynchronousStore(engine: engine, time: ManualTimeSource())
        let rows: [SQLRow]
        do throws(StorageError) {
            rows = try store.read { session throws(StorageError) in
                try session.query("SELECT k, count(*) FROM pair GROUP BY k ORDER BY k")
            }
        } catch {
            return acknowledged.isEmpty ? nil : "lost the table: \(error.message)"
        }
        var found: Set<Int64> = []
        for row in rows {
            if try row.integer(1) != 2 { return "half of transaction \(try row.integer(0))" }
            found.insert(try row.integer(0))
        }
        let lost = acknowledged.filter { !found.contains($0) }
        return lost.isEmpty
            ? nil : "lost \(lost.count) of \(acknowledged.count) acknowledged, first \(lost[0])"
    }

    @Test(
        "nothing acknowledged is lost and nothing is half there, over 1,000 crashes",
        arguments: 0..<10
    )
    func crashes(block: UInt64) throws {
        for seed in block * 50..<(block + 1) * 50 {
            #expect(try Self.live(seed: seed, durability: .synced) == nil)
        }
    }

    @Test("without syncs the same check finds what is lost: it can fail")
    func checkerCanFail() throws {
        let finding = try Self.live(seed: 3, durability: .unsynced)
        #expect(finding != nil)
        let findings = try (0..<50 as Range<UInt64>).compactMap {
            try Self.live(seed: $0, durability: .unsynced)
        }
        #expect(findings.count > 25)
    }

    /// A store on a disk of its own.
    private func open(_ seed: UInt64) throws -> (SimulatedDisk, SimulatedFileSystem, SQLiteOptions)
    {
        let disk = SimulatedDisk(seed: seed)
        let files = SimulatedFileSystem(name: "fault-\(seed)", disk: disk)
        var options = SQLiteOptions(path: "store.db")
        options.fileSystem = files.name
        options.isExclusive = true
        return (disk, files, options)
    }

    @Test("after one failed sync nothing is acknowledged any more, though the next sync would pass")
    func failedSync() throws {
        let (disk, files, options) = try open(1)
        defer { withExtendedLifetime(files) {} }
        let engine = try SQLiteEngine.writer(options)
        let store = SynchronousStore(engine: engine, time: ManualTimeSource())
        try store.write { session throws(StorageError) in
            try session.define("CREATE TABLE t (k INTEGER)")
        }
        try store.write { session throws(StorageError) in
            try session.execute("INSERT INTO t VALUES (1)")
        }
        let syncs = disk.syncCount
        disk.failSync(after: 0)
        for key in 2...4 as ClosedRange<Int64> {
            #expect {
                try store.write { session throws(StorageError) in
                    try session.execute("INSERT INTO t VALUES ($1)", [.integer(key)])
                }
            } throws: { ($0 as? StorageError)?.code == .unavailable }
        }
        #expect(engine.failure?.message.contains("restart") == true)
        #expect(disk.syncCount == syncs + 1)
    }

    @Test("a full disk refuses writes, still reads, and goes on when there is room again")
    func fullDisk() throws {
        let (disk, files, options) = try open(2)
        defer { withExtendedLifetime(files) {} }
        let store = SynchronousStore(
            engine: try SQLiteEngine.writer(options),
            time: ManualTimeSource()
        )
        try store.write { session throws(StorageError) in
            try session.define("CREATE TABLE t (k INTEGER, b BLOB)")
        }
        disk.byteCountMax = 200_000
        func insert(_ key: Int64) throws(StorageError) {
            try store.write { session throws(StorageError) in
                try session.execute(
                    "INSERT INTO t VALUES ($1, $2)",
                    [.integer(key), .blob([UInt8](repeating: 1, count: 20_000))]
                )
            }
        }
        var stored: Int64 = 0
        var refusal: StorageError?
        while refusal == nil, stored < 100 {
            do throws(StorageError) {
                try insert(stored)
                stored += 1
            } catch {
                refusal = error
            }
        }
        #expect(refusal?.code == .full)
        func count() throws -> Int64 {
            try store.read { session throws(StorageError) in
                try session.first("SELECT count(*) FROM t")!.integer(0)
            }
        }
        #expect(try count() == stored)
        disk.byteCountMax = .max
        try insert(stored)
        #expect(try count() == stored + 1)
    }

    @Test("a flipped bit in a page's structure is found when the file is opened with a check")
    func flippedBits() throws {
        let (disk, files, options) = try open(3)
        defer { withExtendedLifetime(files) {} }
        let engine = try SQLiteEngine.writer(options)
        let store = SynchronousStore(engine: engine, time: ManualTimeSource())
        try store.write { session throws(StorageError) in
            try session.define("CREATE TABLE t (k INTEGER PRIMARY KEY, b BLOB)")
            for key in 0..<500 {
                try session.execute(
                    "INSERT INTO t VALUES ($1, $2)",
                    [.integer(Int64(key)), .blob([UInt8](repeating: 1, count: 100))]
                )
            }
        }
        engine.close()
        // The header of the second page: kind of page and offsets.
        #expect(disk.flipBit(of: "store.db", at: 4096, bit: 3))
        var checked = options
        checked.checksOnOpen = true
        #expect {
            _ = try SQLiteEngine.writer(checked)
        } throws: { ($0 as? StorageError)?.code == .corrupt }
    }
}
