package import Calls
internal import Delivery
internal import Geo
internal import Messages
internal import Model
internal import Reactor
internal import ServiceRuntime
internal import Synchronization
internal import Timekeeping
internal import WireFormat

/// Dispatch's stream of positions from ingest: the last fix of each driver, then each as it comes.
///
/// Opened again with growing waits and full jitter for as long as the program runs; the snapshot makes up for what was
/// missed. It runs on the shell's loop and touches no store.
package final class FixSubscription: Sendable {
    /// Waits between two tries.
    private static let policy = RetryPolicy(
        base: .milliseconds(100),
        longest: .seconds(5),
        giveUpAfter: .seconds(86_400)
    )

    /// What it counts; read by metrics.
    package struct Counters: Hashable, Sendable {
        /// Streams that were opened.
        package var openedCount: UInt64 = 0
        /// Streams that could not be opened, or broke.
        package var brokenCount: UInt64 = 0
        /// Messages or records that could not be read.
        package var unreadableCount: UInt64 = 0
    }

    private let client: any ServiceCalling
    private let shell: DispatchShell
    private let generator: any RandomNumberGenerator & Sendable
    private let state = Mutex(Counters())

    /// A subscription at the ingest that `client` reaches; both belong to one loop.
    ///
    /// - Parameter generator: For the jitter of waits.
    package init(
        _ client: any ServiceCalling,
        _ shell: DispatchShell,
        generator: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator()
    ) {
        precondition(client.loop === shell.loop, "fixes are applied on the loop that they come on")
        self.client = client
        self.shell = shell
        self.generator = generator
    }

    /// What happened so far.
    package var counters: Counters { state.withLock { $0 } }

    /// Follows until its task is cancelled. On the loop.
    package func run() async {
        var generator = generator
        var attempt = 1
        while !Task.isCancelled {
            do throws(CallError) {
                try await follow { attempt = 1 }
            } catch {
                state.withLock { $0.brokenCount += 1 }
            }
            let wait = Self.policy.delay(afterAttempt: attempt, using: &generator)
            attempt += 1
            guard await shell.loop.sleep(for: wait) else { return }
        }
    }

    private func follow(_ opened: () -> Void) async throws(CallError) {
        var request = SubscribeFixesRequest()
        request.withSnapshot = true
        let body: [UInt8]
        do {
            body = try request.encoded()
        } catch {
            throw CallError(.internal, "the subscription does not encode: \(error)")
        }
        let stream = try await client.open(
            IngestMethods.subscribeFixes.descriptor,
            body,
            isEnd: true
        )
        state.withLock { $0.openedCount += 1 }
        defer { shell.sight.interrupt() }
        while let message = try await stream.next() {
            opened()
            take(message)
        }
    }

    /// Applies a batch. What cannot be read is counted and left: the next fix of that driver is newer anyway.
    private func take(_ message: [UInt8]) {
        let now = shell.businessTime.now
        let bytes = message.span.bytes
        do throws(WireError) {
            let batch = try LocationBatch(decoding: bytes)
            // An empty batch is the mark behind the snapshot.
            if batch.count == 0 { shell.sight.complete(at: shell.loop.now) }
            for index in 0..<batch.count {
                let record = try batch.record(at: index, in: bytes)
                let place = GeoPoint(
                    latitudeE7: record.latitudeE7,
                    longitudeE7: record.longitudeE7
                )
                guard let place else { continue }
                let reference = DriverReference(record.driverReference)
                shell.hear(reference)
                shell.engine.move(
                    reference,
                    to: place,
                    measuredAt: WallTime(microseconds: batch.microseconds(of: record)),
                    now: now
                )
            }
        } catch {
            state.withLock { $0.unreadableCount += 1 }
        }
    }
}
