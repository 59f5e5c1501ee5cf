internal import Geo
internal import Model
internal import Reactor
internal import Timekeeping

/// The demonstration's partner: books rides across the town at a rate, and watches what becomes of them.
// Safe: touched on the loop alone; its tasks run there.
final class DemoPartner: @unchecked Sendable {
    /// Bookings that are watched at one time; beyond it the oldest are let go of.
    private static let watchedCountMax = 200

    /// Bookings that the gateway took.
    private(set) var bookedCount = 0
    /// Requests that failed.
    private(set) var failureCount = 0
    /// Bookings by the state they ended in.
    private(set) var endCounts: [String: Int] = [:]
    /// What the last failure said.
    private(set) var lastFailure: String?

    private let loop: EventLoop
    private let city: DemoCity
    private let client: PartnerClient
    private var random: DemoRandom
    private var watched: [String] = []

    init(loop: EventLoop, city: DemoCity, client: PartnerClient, seed: UInt64) {
        self.loop = loop
        self.city = city
        self.client = client
        random = DemoRandom(seed: seed)
    }

    /// Books at `ratePerMinute` until the task is cancelled.
    func run(ratePerMinute: Int) async {
        let watcher = loop.spawn { [self] in await watch() }
        let interval = Duration.milliseconds(60_000 / Int64(ratePerMinute))
        while await loop.sleep(for: interval) { _ = await book() }
        watcher.cancel()
        await watcher.value
    }

    /// Books one ride.
    ///
    /// - Returns: Its id; `nil` where it failed.
    func book() async -> String? {
        let (from, to) = city.anyRide(using: &random)
        // The same key for a retry; one try is all that the demonstration makes.
        let key = IdempotencyKey(at: loop.timeSource.wallTime, using: &random)
        do {
            let quote = try await client.quote(from: from, to: to)
            let booking = try await client.book(
                quote: quote,
                reference: "demo-\(bookedCount + 1)",
                idempotencyKey: key.description
            )
            bookedCount += 1
            watched.append(booking.id)
            if watched.count > Self.watchedCountMax { watched.removeFirst() }
            return booking.id
        } catch {
            failureCount += 1
            lastFailure = error.message
            return nil
        }
    }

    /// Looks at a booking; counts it once it has ended.
    ///
    /// - Returns: The booking; `nil` where the gateway does not answer.
    func look(at id: String) async -> PartnerClient.Booking? {
        guard let booking = try? await client.booking(id) else { return nil }
        if Self.ends.contains(booking.state), let index = watched.firstIndex(of: id) {
            watched.remove(at: index)
            endCounts[booking.state, default: 0] += 1
        }
        return booking
    }

    /// The states after which nothing follows.
    static let ends: Set<String> = [
        "closed", "no_show", "cancelled", "rejected", "unfulfilled", "failed",
    ]

    private func watch() async {
        var index = 0
        while await loop.sleep(for: .milliseconds(500)) {
            guard !watched.isEmpty else { continue }
            index = (index + 1) % watched.count
            _ = await look(at: watched[index])
        }
    }
}
