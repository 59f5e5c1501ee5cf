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

    /// Tries of one rider.
    private static let tryCountMax = 5
    /// Between two of them, real time.
    private static let tryWait = Duration.milliseconds(200)

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
        var wish: Wish?
        for attempt in 1...Self.tryCountMax {
            do throws(OperatorError) {
                let current: Wish
                if let wish {
                    current = wish
                } else {
                    current = try await ask(index, request)
                    wish = current
                }
                let start = loop.timeSource.now
                switch try await client.request(current.booking, idempotencyKey: current.key) {
                case .booked(let booking):
                    let latency = start.duration(to: loop.timeSource.now)
                    latencies.append(Double(latency.wholeMicroseconds) / 1000)
                    bookings[index] = booking.id
                    return
                case .refused(let problem):
                    lastFailure = problem
                    // For good: a new price under a new key, as for a rider who asks anew.
                    wish = nil
                case .unsettled(let problem):
                    lastFailure = problem
                }
            } catch {
                lastFailure = error.message
            }
            guard attempt < Self.tryCountMax, await loop.sleep(for: Self.tryWait) else { break }
        }
        failureCount += 1
    }

    /// What a rider wants, the same in every retry.
    private struct Wish {
        let booking: PartnerClient.NewBooking
        let key: String
    }

    private func ask(_ index: Int, _ request: TripRequest) async throws(OperatorError) -> Wish {
        let quote = try await client.quote(
            from: .init(request.pickup, "pickup \(index)"),
            to: .init(request.dropOff, "drop-off \(index)")
        )
        return Wish(
            booking: PartnerClient.NewBooking(
                quote: quote,
                reference: "\(run)-\(index)",
                passengerReference: ReplayCab.passengerReference(index)
            ),
            key: IdempotencyKey(at: loop.timeSource.wallTime, using: &random).description
        )
    }
}
