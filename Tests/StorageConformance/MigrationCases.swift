import Storage
import Timekeeping

extension ConformanceCase {
    private static let first = Migration(
        1,
        "first",
        ["CREATE TABLE m1 (k {bigint} PRIMARY KEY) {table}"]
    )
    private static let second = Migration(
        2,
        "second",
        ["ALTER TABLE m1 ADD COLUMN s {text}", "INSERT INTO m1 (k, s) VALUES (1, 'x')"]
    )
    private static let now = WallTime(secondsSinceEpoch: 1_780_000_000)

    static let migrationCases: [ConformanceCase] = [
        ConformanceCase("migrations run once, in order, and a later version adds its own") {
            store in
            let old = MigrationSet(component: "test", [first])
            let new = MigrationSet(component: "test", [first, second])
            try requireEqual(try await Migrator.run([old], on: store, at: now), 1)
            try requireEqual(try await Migrator.run([old], on: store, at: now), 0)
            try requireEqual(try await Migrator.run([new], on: store, at: now), 1)
            try requireEqual(try await Migrator.run([new], on: store, at: now), 0)
            let rows = try await store.read { session throws(StorageError) in
                try session.query("SELECT k, s FROM m1")
            }
            try requireEqual(rows, [SQLRow([.integer(1), .text("x")])])
        },
        ConformanceCase("instances that start together migrate once") { store in
            let set = MigrationSet(component: "test", [first, second])
            let counts = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<8 {
                    group.addTask { try await Migrator.run([set], on: store, at: now) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            try requireEqual(counts.reduce(0, +), 2)
        },
        ConformanceCase(
            "a store from the future and a changed migration are refused, and nothing changes"
        ) { store in
            _ = try await Migrator.run(
                [MigrationSet(component: "test", [first, second])],
                on: store,
                at: now
            )
            let other = MigrationSet(
                component: "other",
                [Migration(1, "other", ["CREATE TABLE m2 (k {bigint}) {table}"])]
            )
            try await requireError(.invalid) {
                try await Migrator.run(
                    [other, MigrationSet(component: "test", [first])],
                    on: store,
                    at: now
                )
            }
            let changed = Migration(1, "first", ["CREATE TABLE m1 (k {blob} PRIMARY KEY) {table}"])
            try await requireError(.invalid) {
                try await Migrator.run(
                    [other, MigrationSet(component: "test", [changed, second])],
                    on: store,
                    at: now
                )
            }
            try await requireError(.invalid) {
                try await store.read { session throws(StorageError) in
                    try session.query("SELECT k FROM m2")
                }
            }
        },
    ]
}
