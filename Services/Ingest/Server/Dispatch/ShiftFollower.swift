package import Calls
internal import Messages
internal import Reactor
internal import ServiceRuntime
internal import Timekeeping
internal import WireFormat

/// Follows who is on duty: dispatch's stream of shifts into the table.
///
/// Every new stream begins with all open shifts, which replace what was known; until then what was known goes on, so
/// that a restart of dispatch costs drivers nothing.
// Safe: touched on its loop alone.
package final class ShiftFollower: ServiceComponent, @unchecked Sendable {
    package let name = "shifts"
    /// Waits before the stream is opened anew: evenly drawn up to a bound that doubles from here to there.
    private static let wait = (first: Duration.milliseconds(50), last: Duration.seconds(5))

    /// Hears whether the shifts are known to be current.
    package var onChange: ((_ isFollowing: Bool) -> Void)?
    /// Hears why the stream ended, and how many before it ended in a row without a complete snapshot.
    package var onBreak: ((_ error: CallError, _ failureCount: Int) -> Void)?
    /// Streams that broke or did not open.
    package private(set) var brokenCount: UInt64 = 0
    /// Events that were applied.
    package private(set) var eventCount: UInt64 = 0
    /// Snapshots that were completed.
    package private(set) var snapshotCount: UInt64 = 0
    /// Events that could not be used: undecodable, or a reference out of range.
    package private(set) var refusedCount: UInt64 = 0

    private let loop: EventLoop
    private let client: any ServiceCalling
    private let engine: LocationEngine
    private var generator: any RandomNumberGenerator
    private var task: Task<Void, Never>?

    /// A follower that does nothing before `start`.
    package init(
        client: any ServiceCalling,
        engine: LocationEngine,
        generator: any RandomNumberGenerator
    ) {
        loop = client.loop
        self.client = client
        self.engine = engine
        self.generator = generator
    }

    /// Begins to follow, and keeps at it.
    package func start() async {
        await loop.submit { [self] in
            task = loop.spawn { [self] in await run() }
        }
    }

    package func stop(within limit: Duration) async {
        await loop.spawn { [self] in
            task?.cancel()
            await task?.value
            task = nil
        }.value
    }

    private func run() async {
        var failureCount = 0
        while !Task.isCancelled {
            let before = snapshotCount
            var failure: CallError?
            do throws(CallError) {
                try await follow()
            } catch {
                failure = error
            }
            onChange?(false)
            if snapshotCount > before { failureCount = 0 }
            // Whatever it was, the next stream says how things are. A stop cuts the stream off itself.
            if let failure, !Task.isCancelled {
                brokenCount += 1
                onBreak?(failure, failureCount)
            }
            let bound = min(Self.wait.last, Self.wait.first * (1 << min(failureCount, 7)))
            let share = generator.next().multipliedFullWidth(by: UInt64(bound.wholeMicroseconds))
            failureCount += 1
            _ = await loop.sleep(for: .microseconds(Int64(share.high)))
        }
    }

    private func follow() async throws(CallError) {
        let request: [UInt8]
        do {
            request = try WatchShiftsRequest().encoded()
        } catch {
            throw CallError(.internal, "a request of ours does not encode: \(error)")
        }
        let stream = try await client.open(
            DispatchMethods.watchShifts.descriptor,
            request,
            isEnd: true,
            CallOptions(connectionWait: .seconds(5))
        )
        defer { stream.cancel() }
        engine.beginSnapshot()
        while let message = try await stream.next() {
            guard let event = try? ShiftEvent(decoding: message) else {
                refusedCount += 1
                continue
            }
            if event.kind == .snapshotComplete {
                engine.endSnapshot()
                snapshotCount += 1
                onChange?(true)
            } else if engine.apply(event) {
                eventCount += 1
            } else {
                refusedCount += 1
            }
        }
    }
}
