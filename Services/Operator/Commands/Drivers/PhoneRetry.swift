package import Calls
package import Model
package import Reactor
internal import WireFormat

/// How a phone goes on with a call until dispatch has it: a driver in a tunnel does not lose his trip.
///
/// Every try carries the same idempotency key, so that a reply that was lost on the way is the reply of the next try.
package struct PhoneRetry: Hashable, Sendable {
    /// How often it is tried.
    package var tryCountMax = 60
    /// Between two tries.
    package var wait = Duration.seconds(1)

    /// What a fleet's phones do.
    package init() {}

    /// Makes `call` until there is an answer for good.
    ///
    /// - Returns: The answer; `nil` where dispatch refuses for good, the tries are used up, or the task was cancelled.
    package func run<Answer>(
        key: IdempotencyKey,
        loop: EventLoop,
        _ call: (IdempotencyKey) async throws(CallError) -> Answer
    ) async -> Answer? {
        for _ in 0..<tryCountMax {
            do throws(CallError) {
                return try await call(key)
            } catch {
                guard Self.passes(error), await loop.sleep(for: wait) else { return nil }
            }
        }
        return nil
    }

    /// Whether another try may end otherwise than with `error`.
    ///
    /// A mistake of the system's own is no word about the trip: it is no reason to give the passenger up.
    package static func passes(_ error: CallError) -> Bool {
        switch error.code {
        case .unavailable, .deadlineExceeded, .aborted, .resourceExhausted, .cancelled, .unknown,
            .internal:
            true
        default: false
        }
    }
}
