internal import OperatorCommands
internal import Reactor
internal import Timekeeping

/// Bookings at a fixed rate: each is due at its moment, whether those before it are answered or not, and is timed from
/// that moment. So a server that stops for a second is seen by every booking of that second.
struct BookingLoad: Sendable {
    let gateway: GatewayClient
    let key: String
    let loop: EventLoop
    let ratePerSecond: Int

    /// Quotes that are asked for at once.
    private static let quotesAtOnce = 32

    /// What a run came to.
    struct Outcome: Sendable {
        /// From each booking's moment to its answer, milliseconds.
        var latencies: [Double] = []
        /// What the refusals said.
        var refusals: [String] = []
        /// From the first moment to the last answer.
        var elapsed = Duration.zero
    }

    /// Asks for `count` prices, which the bookings of a run then take.
    func quotes(_ count: Int, from first: Int) async throws -> [String] {
        let partner = PartnerClient(gateway, key: key)
        let places = BenchPlaces()
        var quotes: [String] = []
        for begin in stride(from: 0, to: count, by: Self.quotesAtOnce) {
            let batch = begin..<min(count, begin + Self.quotesAtOnce)
            quotes += try await withThrowingTaskGroup(of: String.self) { group in
                for index in batch {
                    let number = first + index
                    group.addTask {
                        try await partner.quote(
                            from: places.place(number),
                            to: places.place(number + 7919)
                        )
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
        }
        return quotes
    }

    /// Books one ride for each quote.
    ///
    /// - Parameter name: Makes this run's idempotency keys its own.
    func run(_ quotes: [String], name: String) async -> Outcome {
        let (load, loop) = (self, loop)
        return await loop.spawn {
            let interval = Duration.seconds(1) / load.ratePerSecond
            let time = loop.timeSource
            let begin = time.now.advanced(by: .milliseconds(10))
            return await withTaskGroup(of: (Double, String?).self) { group in
                for (index, quote) in quotes.enumerated() {
                    let due = begin.advanced(by: interval * index)
                    // A loop that is late sends at once; what it is late counts as the server's time.
                    if time.now < due { _ = await loop.sleep(until: due) }
                    group.addTask {
                        let refusal = await load.book(quote, "\(name)-\(index)")
                        return (due.duration(to: time.now) / .milliseconds(1), refusal)
                    }
                }
                var outcome = Outcome()
                for await (latency, refusal) in group {
                    outcome.latencies.append(latency)
                    if let refusal { outcome.refusals.append(refusal) }
                }
                outcome.elapsed = begin.duration(to: time.now)
                return outcome
            }
        }.value
    }

    /// Books; returns why not, where it was refused.
    private func book(_ quote: String, _ reference: String) async -> String? {
        do throws(OperatorError) {
            let outcome = try await PartnerClient(gateway, key: key).request(
                PartnerClient.NewBooking(quote: quote, reference: reference),
                idempotencyKey: reference
            )
            switch outcome {
            case .booked: return nil
            case .refused(let problem), .unsettled(let problem): return problem
            }
        } catch {
            return error.message
        }
    }
}
