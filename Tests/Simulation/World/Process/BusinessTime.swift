internal import Reactor
internal import ServiceRuntime
internal import Storage
internal import Timekeeping

extension BusinessTimeKeeper {
    /// The run's business clock, as the operator has set it on every program: read from the store, or stored there.
    func take(_ clock: BusinessClock, in store: any TransactionalStore) async throws(StorageError) {
        try await load(from: store)
        guard current.revision == 0 else { return }
        _ = try await set(Setting(clock: clock, revision: 1), in: store)
    }
}
