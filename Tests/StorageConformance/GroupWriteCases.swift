import Storage

extension ConformanceCase {
    /// Inserts keys with their doubles as a set; refuses 13 by itself and leaves 77 to the table's own check.
    private static let insert = GroupWrite<Int64> { keys, session throws(StorageError) in
        if keys.contains(13) { throw StorageError(.conflict, "thirteen") }
        let batch = SQLBatch(
            each: "INSERT INTO t (k, n) VALUES ($1, $2)",
            set: "INSERT INTO t (k, n) SELECT * FROM unnest($1::bigint[], $2::bigint[])"
        )
        try session.executeBatch(
            batch,
            keys.map { [.integer($0), .integer($0 == 77 ? -1_000_013 : 2 * $0)] }
        )
    }

    private static func keys(in store: any TransactionalStore) async throws -> [Int64] {
        try await store.read { session throws(StorageError) in
            try session.query("SELECT k FROM t ORDER BY k").map { row throws(StorageError) in
                try row.integer(0)
            }
        }
    }

    static let groupWriteCases: [ConformanceCase] = [
        ConformanceCase("what bodies leave to a group write is stored when they return") { store in
            try await table(in: store)
            let missing = await withTaskGroup(of: Bool.self) { group in
                for key in Int64(100)..<400 {
                    group.addTask {
                        let isWritten: Void? = try? await store.write {
                            session throws(StorageError) in session.leave([key], to: insert)
                        }
                        let isThere = try? await store.read { session throws(StorageError) in
                            try session.first("SELECT n FROM t WHERE k = $1", [.integer(key)])?
                                .integer(0)
                        }
                        return isWritten == nil || isThere != 2 * key
                    }
                }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            try requireEqual(missing, 0)
        },
        ConformanceCase("a body whose part of a group write is wrong fails alone, with the error") {
            store in
            try await table(in: store)
            let codes = await withTaskGroup(of: (Int64, StorageError.Code?).self) { group in
                for key in Int64(0)..<200 {
                    group.addTask {
                        do throws(StorageError) {
                            try await store.write { session throws(StorageError) in
                                session.leave([key, key + 1000], to: insert)
                            }
                            return (key, nil)
                        } catch {
                            return (key, error.code)
                        }
                    }
                }
                return await group.reduce(into: [:]) { $0[$1.0] = .some($1.1) }
            }
            for key in Int64(0)..<200 {
                let expected: StorageError.Code? =
                    key == 13 ? .conflict : key == 77 ? .invalid : nil
                try require(
                    codes[key] == .some(expected),
                    "body \(key) ended as \(String(describing: codes[key]))"
                )
            }
            let stored = (Int64(0)..<200).filter { $0 != 13 && $0 != 77 }
            try requireEqual(try await keys(in: store), stored + stored.map { $0 + 1000 })
        },
        ConformanceCase("what a failing body left to a group write is not written") { store in
            try await table(in: store)
            await withTaskGroup(of: Void.self) { group in
                for key in Int64(0)..<100 where key != 13 && key != 77 {
                    group.addTask {
                        await ignoring {
                            try await store.write { session throws(StorageError) in
                                session.leave([key], to: insert)
                                if key % 3 == 1 { throw StorageError(.conflict, "on purpose") }
                                if key % 3 == 2 {
                                    try session.execute(
                                        "INSERT INTO t (k, n) VALUES (-1, -1000013)"
                                    )
                                }
                            }
                        }
                    }
                }
            }
            try requireEqual(
                try await keys(in: store),
                (Int64(0)..<100).filter { $0 % 3 == 0 }
            )
        },
        ConformanceCase("a body that asks for it reads what was left to group writes") { store in
            try await table(in: store)
            let (before, after) = try await store.write { session throws(StorageError) in
                session.leave([5], to: insert)
                let before = try session.query("SELECT k FROM t").count
                try session.runGroupWrites()
                return (before, try session.query("SELECT k FROM t").count)
            }
            try requireEqual([before, after], [0, 1])
            try requireEqual(try await keys(in: store), [5])
        },
        ConformanceCase("a group write that failed loses its body, even where the body goes on") {
            store in
            try await table(in: store)
            for wrong in [Int64(13), 77] {
                try await requireError(wrong == 13 ? .conflict : .invalid) {
                    try await store.write { session throws(StorageError) in
                        session.leave([1, wrong], to: insert)
                        try? session.runGroupWrites()
                        session.leave([2], to: insert)
                    }
                }
            }
            try requireEqual(try await keys(in: store), [])
        },
        ConformanceCase("a reading body cannot leave anything to write") { store in
            try await table(in: store)
            try await requireError(.invalid) {
                try await store.read { session throws(StorageError) in
                    session.leave([1], to: insert)
                }
            }
            try await store.write { session throws(StorageError) in
                session.leave([2], to: insert)
            }
            try requireEqual(try await keys(in: store), [2])
        },
    ]
}
