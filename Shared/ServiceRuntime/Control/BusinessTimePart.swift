package import Storage

/// Puts the stored business time into force before anything asks what time it is.
package struct BusinessTimePart: ServiceComponent {
    package let name = "business time"
    private let keeper: BusinessTimeKeeper
    private let store: any TransactionalStore

    /// A part that loads `keeper` from `store`.
    package init(_ keeper: BusinessTimeKeeper, store: any TransactionalStore) {
        self.keeper = keeper
        self.store = store
    }

    package func start() async throws {
        try await keeper.load(from: store)
    }

    package func stop(within limit: Duration) async {}
}
