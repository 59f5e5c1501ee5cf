import Storage

extension ConformanceCase {
    static let valueCases: [ConformanceCase] = [
        ConformanceCase("values of every type come back as they were stored") { store in
            let values: [[SQLValue]] = [
                [.integer(.min), .text(""), .blob([])],
                [.integer(.max), .text("Zürich 東京 🚕 'quoted' $1"), .blob([0, 255, 39, 92])],
                [.null, .null, .null],
                [
                    .integer(0), .text(String(repeating: "x", count: 100_000)),
                    .blob(Array(repeating: 7, count: 1 << 20)),
                ],
            ]
            try await store.write { session throws(StorageError) in
                try session.define(
                    session.dialect.translate(
                        "CREATE TABLE v (k {bigint} PRIMARY KEY, i {bigint}, t {text}, b {blob}) {table}"
                    )
                )
                for (key, row) in values.enumerated() {
                    try session.execute(
                        "INSERT INTO v (k, i, t, b) VALUES ($1, $2, $3, $4)",
                        [.integer(Int64(key))] + row
                    )
                }
            }
            let rows = try await store.read { session throws(StorageError) in
                try session.query("SELECT i, t, b FROM v ORDER BY k")
            }
            try requireEqual(rows.map(\.values), values)
        },
        ConformanceCase(
            "a statement runs with null first and a number later, and the other way round"
        ) { store in
            try await table(in: store)
            try await store.write { session throws(StorageError) in
                for (key, value) in [SQLValue.null, .integer(5), .null, .integer(6)].enumerated() {
                    try session.execute(
                        "INSERT INTO t (k, n) VALUES ($1, $2)",
                        [.integer(Int64(key)), value]
                    )
                }
            }
            let sum = try await store.read { session throws(StorageError) in
                try session.first(
                    "SELECT sum(n), count(*), count(n) FROM t WHERE k + $1 >= $2",
                    [.integer(0), .integer(0)]
                )
            }
            try requireEqual(sum?.values, [.integer(11), .integer(4), .integer(2)])
        },
        ConformanceCase("changes are counted, and RETURNING returns rows") { store in
            try await table(in: store)
            try await store.write { session throws(StorageError) in
                for key in 0..<5 {
                    try session.execute(
                        "INSERT INTO t (k, n) VALUES ($1, 1)",
                        [.integer(Int64(key))]
                    )
                }
            }
            let (changed, none, rows, refused) = try await store.write {
                session throws(StorageError) in
                (
                    try session.execute("UPDATE t SET n = n + 1 WHERE k < $1", [.integer(3)]),
                    try session.execute("DELETE FROM t WHERE k = 99"),
                    try session.query("UPDATE t SET n = 7 WHERE k = 4 RETURNING k, n"),
                    try session.execute(
                        "INSERT INTO t (k, n) VALUES ($1, 9) ON CONFLICT (k) DO NOTHING",
                        [.integer(0)]
                    )
                )
            }
            try requireEqual(changed, 3)
            try requireEqual(none, 0)
            try requireEqual(refused, 0)
            try requireEqual(rows, [SQLRow([.integer(4), .integer(7)])])
        },
        ConformanceCase("a batch has the effect of its rows") { store in
            try await table(in: store)
            let batch = SQLBatch(
                each: "INSERT INTO t (k, n, s, b) VALUES ($1, $2, $3, $4)",
                set: """
                    INSERT INTO t (k, n, s, b)
                    SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::bytea[])
                    """
            )
            let rows: [[SQLValue]] = (0..<500).map { index in
                [
                    .integer(index), index % 3 == 0 ? .null : .integer(-index),
                    .text("row \(index) {\"\\,"),
                    index % 5 == 0 ? .null : .blob([UInt8(index % 256), 0]),
                ]
            }
            let changed = try await store.write { session throws(StorageError) in
                try session.executeBatch(batch, [])
                return try session.executeBatch(batch, rows)
            }
            try requireEqual(changed, 500)
            let stored = try await store.read { session throws(StorageError) in
                try session.query("SELECT k, n, s, b FROM t ORDER BY k")
            }
            try requireEqual(stored.map(\.values), rows)
        },
        ConformanceCase("wrong statements and values are refused as invalid") { store in
            try await table(in: store)
            await ignoring {
                try await store.write { session throws(StorageError) in
                    try session.execute("nonsense")
                }
            }
            try await requireError(.invalid) {
                try await store.write { session throws(StorageError) in
                    try session.execute("SELEKT 1")
                }
            }
            try await requireError(.invalid) {
                try await store.write { session throws(StorageError) in
                    try session.execute("INSERT INTO t (k) VALUES ($1)", [])
                }
            }
            try await requireError(.invalid) {
                try await store.write { session throws(StorageError) in
                    try session.execute("INSERT INTO t (k, s) VALUES (1, $1)", [.text("a\0b")])
                }
            }
            try await requireError(.invalid) {
                try await store.write { session throws(StorageError) in
                    try session.execute("INSERT INTO t (k, n) VALUES (1, $1)", [.text("no number")])
                }
            }
            try await requireError(.invalid) {
                try await store.read { session throws(StorageError) in
                    try session.execute("INSERT INTO t (k, n) VALUES (1, 1)")
                }
            }
            let count = try await store.read { session throws(StorageError) in
                try session.first("SELECT count(*) FROM t")
            }
            try requireEqual(count?.values, [.integer(0)])
        },
    ]
}

/// The table that most cases use.
func table(in store: any TransactionalStore) async throws {
    try await store.write { session throws(StorageError) in
        try session.define(
            session.dialect.translate(
                """
                CREATE TABLE t (k {bigint} NOT NULL PRIMARY KEY, n {bigint}, s {text}, b {blob},
                    CHECK (n <> -1000013)) {clustered}
                """
            )
        )
    }
}

/// Runs `body` for its effect on the store's state only.
func ignoring<Output>(_ body: () async throws -> Output) async {
    _ = try? await body()
}
