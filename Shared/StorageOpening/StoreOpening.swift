internal import Configuration
package import Storage
internal import StoragePostgres
internal import StorageSQLite
package import Timekeeping

/// A store that is open: what the engines have in common for whoever closes and counts.
package protocol OpenStore: TransactionalStore {
    /// What the writer did so far.
    var statistics: CommitGroup.Statistics { get }

    /// Finishes what is queued and lets go of the store.
    func close() async
}

extension SQLiteStore: OpenStore {}
#if PostgreSQL
extension PostgresStore: OpenStore {}
#endif

/// Opens a service's store on the engine that its URL names; the one place that knows both.
package enum StoreOpening {
    /// Opens the store and brings its schema up to what this program knows.
    ///
    /// The engine is opened on a thread of its own, since that reads files or waits for a server.
    ///
    /// - Parameter migrations: All sets that live in this store.
    /// - Throws: What keeps it from opening, in words for an operator; then nothing stays open.
    package static func open(
        _ location: StoreLocation,
        migrations: [MigrationSet],
        time: any TimeSource = SystemTimeSource()
    ) async throws(StorageError) -> any OpenStore {
        let opened = await withCheckedContinuation {
            (continuation: CheckedContinuation<Result<any OpenStore, StorageError>, Never>) in
            do throws(StorageError) {
                try WorkerThread.start("store-open") {
                    do throws(StorageError) {
                        continuation.resume(returning: .success(try engine(location, time)))
                    } catch {
                        continuation.resume(returning: .failure(error))
                    }
                }
            } catch {
                continuation.resume(returning: .failure(error))
            }
        }
        let store = try opened.get()
        do throws(StorageError) {
            try await migrate(store, migrations, at: time.wallTime)
        } catch {
            await store.close()
            throw error
        }
        return store
    }

    private static func migrate(
        _ store: some OpenStore,
        _ migrations: [MigrationSet],
        at now: WallTime
    ) async throws(StorageError) {
        _ = try await Migrator.run(migrations, on: store, at: now)
    }

    private static func engine(
        _ location: StoreLocation,
        _ time: any TimeSource
    ) throws(StorageError) -> any OpenStore {
        switch location {
        case .sqlite(let path):
            return try SQLiteStore(SQLiteOptions(path: path), time: time)
        case .postgres(let url):
            #if PostgreSQL
            return try PostgresStore(PostgresOptions(url: url.reveal()), time: time)
            #else
            // `StoreLocation` refuses it before; a value of this case cannot be made without the trait.
            throw StorageError(.invalid, "built without PostgreSQL: \(url)")
            #endif
        }
    }
}
