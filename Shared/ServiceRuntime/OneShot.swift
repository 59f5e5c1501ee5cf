internal import Synchronization

/// A value that arrives once, from any thread; later ones are dropped.
package final class OneShot<Value: Sendable>: Sendable {
    private struct State {
        var value: Value?
        var waiters: [CheckedContinuation<Value, Never>] = []
    }

    private let state = Mutex(State())

    /// Without a value yet.
    package init() {}

    /// The value, if it has arrived.
    package var current: Value? { state.withLock { $0.value } }

    /// Sets the value.
    ///
    /// - Returns: Whether it was the first.
    @discardableResult
    package func resolve(_ value: Value) -> Bool {
        let waiters: [CheckedContinuation<Value, Never>]? = state.withLock { state in
            guard state.value == nil else { return nil }
            state.value = value
            defer { state.waiters = [] }
            return state.waiters
        }
        // Outside the lock: who wakes up may ask again at once.
        for waiter in waiters ?? [] { waiter.resume(returning: value) }
        return waiters != nil
    }

    /// The value, as soon as it is there.
    package func value() async -> Value {
        await withCheckedContinuation { continuation in
            let ready: Value? = state.withLock { state in
                if state.value == nil { state.waiters.append(continuation) }
                return state.value
            }
            if let ready { continuation.resume(returning: ready) }
        }
    }
}

/// Why a program stops.
package enum StopReason: Hashable, Sendable, CustomStringConvertible {
    /// The system or an operator asked with this signal.
    case signal(Int32)
    /// A part of the program cannot go on; the sentence is for operators.
    case fault(String)
    /// Somebody within the program asked.
    case asked

    /// As a log tells it.
    package var description: String {
        switch self {
        case .signal(let number): "signal \(number)"
        case .fault(let sentence): sentence
        case .asked: "asked"
        }
    }
}

/// Where the parts of a program ask it to stop.
package typealias StopRequest = OneShot<StopReason>
