import Storage

extension ConformanceCase {
    static let transactionCases: [ConformanceCase] = [
        ConformanceCase("a body that throws leaves nothing, and the ones beside it stay") { store in
            try await table(in: store)
            let outcomes = await withTaskGroup(of: (Int, StorageError.Code?).self) { group in
                for key in 0..<200 {
                    group.addTask {
                        do throws(StorageError) {
                            try await store.write { session throws(StorageError) in
                                try session.execute(
                                    "INSERT INTO t (k, n) VALUES ($1, 1)",
                                    [.integer(Int64(key))]
                                )
                                switch key % 10 {
                                case 3: throw StorageError(.conflict, "on purpose")
                                case 7:
                                    try session.execute(
                                        "INSERT INTO t (k, n) VALUES (-1, -1000013)"
                                    )
                                default: break
                                }
                            }
                            return (key, nil)
                        } catch {
                            return (key, error.code)
                        }
                    }
                }
                return await group.reduce(into: [:]) { $0[$1.0] = .some($1.1) }
            }
            for key in 0..<200 {
                let expected: StorageError.Code? =
                    key % 10 == 3 ? .conflict : key % 10 == 7 ? .invalid : nil
                try require(
                    outcomes[key] == .some(expected),
                    "body \(key) ended as \(String(describing: outcomes[key]))"
                )
            }
            let keys = try await store.read { session throws(StorageError) in
                try session.query("SELECT k FROM t ORDER BY k").map { row throws(StorageError) in
                    try row.integer(0)
                }
            }
            try requireEqual(
                keys,
                (0..<200).filter { $0 % 10 != 3 && $0 % 10 != 7 }.map(Int64.init)
            )
        },
        ConformanceCase("a body in passing keeps its place, is durable by itself, and may fail") {
            store in
            try await table(in: store)
            let (ends, end) = AsyncStream.makeStream(of: Result<Int, StorageError>.self)
            var next = ends.makeAsyncIterator()
            func insert(_ key: Int64) {
                store.writeInPassing { session throws(StorageError) in
                    try session.execute("INSERT INTO t (k, n) VALUES ($1, 1)", [.integer(key)])
                } completion: {
                    end.yield($0)
                }
            }
            insert(1)
            let seenCount = try await store.write { session throws(StorageError) in
                try session.query("SELECT k FROM t").count
            }
            try requireEqual(seenCount, 1)
            try requireEqual(try await next.next()?.get(), 1)
            insert(1)
            let refused = await next.next()
            try await requireError(.invalid) { try refused?.get() }
            insert(2)
            try requireEqual(try await next.next()?.get(), 1)
            let count = try await store.read { session throws(StorageError) in
                try session.query("SELECT k FROM t").count
            }
            try requireEqual(count, 2)
        },
        ConformanceCase("a failed statement loses its body, even where the body goes on") { store in
            try await table(in: store)
            try await requireError(.invalid) {
                try await store.write { session throws(StorageError) in
                    try session.execute("INSERT INTO t (k, n) VALUES (1, 1)")
                    _ = try? session.execute("INSERT INTO t (k, n) VALUES (1, 2)")
                    _ = try? session.execute("INSERT INTO t (k, n) VALUES (2, 2)")
                }
            }
            let rows = try await store.read { session throws(StorageError) in
                try session.query("SELECT k FROM t")
            }
            try requireEqual(rows, [])
        },
        ConformanceCase("concurrent increments are all counted, and seen once they return") {
            store in
            try await table(in: store)
            try await store.write { session throws(StorageError) in
                try session.execute("INSERT INTO t (k, n) VALUES (1, 0)")
            }
            let seen = try await withThrowingTaskGroup(of: (Int64, Int64).self) { group in
                for _ in 0..<300 {
                    group.addTask {
                        let written = try await store.write { session throws(StorageError) in
                            try session.execute("UPDATE t SET n = n + 1 WHERE k = 1")
                            return try session.first("SELECT n FROM t WHERE k = 1")!.integer(0)
                        }
                        let read = try await store.read { session throws(StorageError) in
                            try session.first("SELECT n FROM t WHERE k = 1")!.integer(0)
                        }
                        return (written, read)
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            try requireEqual(seen.map(\.0).sorted(), Array(1...300))
            for (written, read) in seen {
                try require(read >= written, "read \(read) after \(written) was acknowledged")
            }
        },
        ConformanceCase("a read sees one moment, never half a transaction") { store in
            try await table(in: store)
            try await store.write { session throws(StorageError) in
                try session.execute("INSERT INTO t (k, n) VALUES (1, 100), (2, 0)")
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<100 {
                    group.addTask {
                        try await store.write { session throws(StorageError) in
                            try session.execute("UPDATE t SET n = n - 1 WHERE k = 1")
                            try session.execute("UPDATE t SET n = n + 1 WHERE k = 2")
                        }
                    }
                    group.addTask {
                        let (first, second) = try await store.read { session throws(StorageError) in
                            (
                                try session.first("SELECT n FROM t WHERE k = 1")!.integer(0),
                                try session.first("SELECT n FROM t WHERE k = 2")!.integer(0)
                            )
                        }
                        try requireEqual(first + second, 100)
                    }
                }
                try await group.waitForAll()
            }
        },
    ]
}
