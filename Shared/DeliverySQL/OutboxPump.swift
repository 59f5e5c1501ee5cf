package import Delivery
package import Model
package import Storage
internal import Synchronization
package import Timekeeping

/// Sends what the outbox holds until it is answered: the asynchronous shell around one relay a destination.
///
/// Polled at start, woken after each commit that added something. `run` owns every task; it returns after `stop`,
/// when what is in flight has been answered and recorded, or soon after its own task is cancelled.
package final class OutboxPump: Sendable {
    /// What a pump is told once.
    package struct Settings: Sendable {
        /// To whom it delivers.
        package var destinations: [ServiceName]
        /// Whose entries it sends: the shards that this instance owns.
        package var shards = 0...(LeaseTable.shardCount - 1)
        /// When an attempt is repeated, and when it is given up.
        package var policy = RetryPolicy()
        /// What an entry that was given up does to those behind it.
        package var parking = OutboxRelay.ParkingPolicy.blockKey
        /// How much is under way at once.
        package var limits = OutboxRelay.Limits()
        /// The shortest time between two looks at the store. The first entry after a pause leaves at once; where
        /// commits come faster, those of a gap leave together, and so share reads, writes to the network and the
        /// receiver's commit.
        package var lookGap = Duration.zero

        /// The defaults, for a pump that delivers to `destinations`.
        package init(destinations: [ServiceName]) {
            self.destinations = destinations
        }
    }

    /// Everything around the pump.
    package struct Environment: Sendable {
        /// The store with the outbox.
        package var store: any TransactionalStore
        /// Applies what answers bring, in the transaction that removes the entry.
        package var executor: CommandExecutor
        /// Carries entries to their destination.
        package var courier: any Courier
        /// Real time; a test's own clock there.
        package var time: any TimeSource
        /// Waits for so long, or less when its task is cancelled; a test's own clock decides there.
        package var pause: @Sendable (Duration) async -> Void
        /// Called for what happens; must not block.
        package var observe: @Sendable (DeliveryEvent) -> Void

        /// What a pump works with; a test passes its own `time` and `pause`.
        package init(
            store: any TransactionalStore,
            executor: CommandExecutor,
            courier: any Courier,
            time: any TimeSource = SystemTimeSource(),
            pause: @escaping @Sendable (Duration) async -> Void = {
                try? await Task.sleep(for: $0)
            },
            observe: @escaping @Sendable (DeliveryEvent) -> Void = { _ in }
        ) {
            self.store = store
            self.executor = executor
            self.courier = courier
            self.time = time
            self.pause = pause
            self.observe = observe
        }
    }

    private let lanes: [DestinationPump]

    /// A pump that has not started.
    package init(_ settings: Settings, _ environment: Environment) {
        lanes = settings.destinations.map { DestinationPump($0, settings, environment) }
    }

    /// Runs until `stop` or cancellation; call it once.
    package func run() async {
        await withTaskCancellationHandler {
            await withDiscardingTaskGroup { group in
                for lane in lanes {
                    group.addTask { await lane.run() }
                }
            }
        } onCancel: {
            for lane in lanes { lane.post(.cancelled) }
        }
    }

    /// Says that a commit has added entries. Cheap, from any thread.
    package func wake() {
        for lane in lanes { lane.wake() }
    }

    /// Reads the outbox from its start: after parked entries were set free, or shards were taken over.
    package func reload() {
        for lane in lanes { lane.post(.reload) }
    }

    /// Starts nothing more; `run` returns once what is in flight has ended.
    package func stop() {
        for lane in lanes { lane.post(.stop) }
    }
}
