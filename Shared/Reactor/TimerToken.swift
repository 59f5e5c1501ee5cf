/// One scheduled timer of a loop; worthless after it fired or was cancelled.
package struct TimerToken: Hashable, Sendable {
    let slot: UInt32
    let generation: UInt32

    /// A token that names no timer: cancelling it does nothing.
    package static let none = TimerToken(slot: .max, generation: .max)

    /// Whether the token names no timer at all.
    package var isNone: Bool { self == .none }
}

/// Hears that a timer is due, on its loop.
package protocol TimerHandler: AnyObject {
    /// The timer `token` is due; it will not fire again.
    func timerFired(_ token: TimerToken)
}

/// The timer of a single closure.
final class ClosureTimer: TimerHandler {
    private let body: () -> Void

    init(_ body: @escaping () -> Void) {
        self.body = body
    }

    func timerFired(_ token: TimerToken) {
        body()
    }
}
