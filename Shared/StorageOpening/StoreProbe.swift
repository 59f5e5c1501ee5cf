internal import ServiceRuntime
package import Storage

/// Asks a store whether it answers: once its readers, once its writer.
package struct StoreProbe: Sendable {
    /// How long the store may take before it counts as silent.
    package static let silenceMax = Duration.seconds(5)

    private let store: any TransactionalStore
    private let pause: @Sendable (Duration) async -> Void

    /// A probe of `store`; `pause` waits for so long, or less when its task is cancelled.
    package init(
        _ store: any TransactionalStore,
        pause: @escaping @Sendable (Duration) async -> Void
    ) {
        self.store = store
        self.pause = pause
    }

    /// Why the store does not answer; `nil` where both sides of it do.
    package func fault() async -> String? {
        let outcome = OneShot<String?>()
        let asking = Task {
            do throws(StorageError) {
                try await ask()
                outcome.resolve(nil)
            } catch {
                // Busy is not broken: callers hear of it themselves.
                outcome.resolve(error.code == .overloaded ? nil : error.message)
            }
        }
        // The question may hang with the store's thread, so nobody waits for it beyond this.
        let timing = Task {
            await pause(Self.silenceMax)
            outcome.resolve("no answer for \(Self.silenceMax.components.seconds) s")
        }
        let fault = await outcome.value()
        timing.cancel()
        asking.cancel()
        return fault
    }

    private func ask() async throws(StorageError) {
        _ = try await store.read { session throws(StorageError) in
            try session.query("SELECT 1").count
        }
        _ = try await store.write { session throws(StorageError) in
            try session.query("SELECT 1").count
        }
    }
}
