internal import Crypto
internal import Geo
internal import Model
internal import Reactor
internal import Timekeeping

/// The riders of a replay: each asks for a price and books at his moment, through the gateway's public interface.
// Safe: touched on the loop alone; its tasks run there.
final class ReplayRiders: @unchecked Sendable {
    /// Bookings that were asked for and answered, by request.
    private(set) var bookings: [Int: String] = [:]
    /// Milliseconds from sending `POST /v1/bookings` to its answer.
    private(set) var latencies: [Double] = []
    /// Requests that the gateway refused or did not answer.
    private(set) var failureCount = 0
    /// What the last failure said.
    private(set) var lastFailure = ""
    /// Requests whose moment has come.
    private(set) var askedCount = 0

    private let loop: EventLoop
    private let clock: ReplayClock
    private let client: PartnerClient
    private let requests: [TripRequest]
    private let run: String
    private var random = SecureRandom()

    /// Tries of one wish; the key of a retry is the same.
    private static let tryCountMax = 3

    init(
        loop: EventLoop,
        clock: ReplayClock,
        client: PartnerClient,
        requests: [TripRequest],
        run: String
    ) {
        self.loop = loop
        self.clock = clock
        self.client = client
        self.requests = requests
        self.run = run
    }

    /// Lets every rider ask at his moment, and waits for the answers.
    func ask() async {
        await withTaskGroup(of: Void.self) { group in
            for (index, request) in requests.enumerated() {
                guard await clock.sleep(untilSecond: Double(request.second)) else { return }
                askedCount += 1
                group.addTask { await self.book(index, request) }
            }
        }
    }

    private func book(_ index: Int, _ request: TripRequest) async {
        let key = IdempotencyKey(at: loop.timeSource.wallTime, using: &random).description
        for attempt in 1...Self.tryCountMax {
            do {
                let quote = try await client.quote(
                    from: .init(request.pickup, "pickup \(index)"),
                    to: .init(request.dropOff, "drop-off \(index)")
                )
                let start = loop.timeSource.now
                let booking = try await client.book(
                    quote: quote,
                    reference: "\(run)-\(index)",
                    idempotencyKey: key,
                    passengerReference: ReplayCab.passengerReference(index)
                )
                let latency = start.duration(to: loop.timeSource.now)
                latencies.append(Double(latency.wholeMicroseconds) / 1000)
                bookings[index] = booking.id
                return
            } catch {
                lastFailure = error.message
                guard attempt < Self.tryCountMax, await loop.sleep(for: .milliseconds(200)) else {
                    break
                }
            }
        }
        failureCount += 1
    }
}
