/// A value that one task of a loop waits for and a callback of the same loop delivers, in either order.
///
/// The waiting task must run on the loop (`EventLoop.spawn`); then waiting costs one suspension, 0.3 us.
// Safe: both sides run on the loop's thread, which every call asserts.
@safe
package final class LoopPromise<Value: Sendable>: @unchecked Sendable {
    @safe
    private enum State {
        case empty
        case waited(UnsafeContinuation<Value, Never>)
        case complete(Value)
    }

    /// The loop of both sides.
    package let loop: EventLoop
    private var state = State.empty

    /// A promise without value or waiter.
    package init(loop: EventLoop) {
        self.loop = loop
    }

    /// Whether a value was delivered.
    package var isComplete: Bool {
        if case .complete = state { true } else { false }
    }

    /// Delivers the value; returns `false`, and changes nothing, where there was one.
    // Safe: the continuation leaves the state as it is resumed, so it is resumed once.
    @discardableResult
    package func complete(_ value: Value) -> Bool {
        loop.preconditionCurrent()
        switch state {
        case .empty:
            state = .complete(value)
            return true
        case .waited(let continuation):
            state = .complete(value)
            unsafe continuation.resume(returning: value)
            return true
        case .complete:
            return false
        }
    }

    /// Waits for the value, or returns it at once. At most one task waits.
    // Safe: a continuation is stored only where none is.
    package func value() async -> Value {
        loop.preconditionCurrent()
        if case .complete(let value) = state { return value }
        return await unsafe withUnsafeContinuation { continuation in
            // The runtime may run this as a job of its own, after others: the value may have come in between.
            switch state {
            case .empty: state = unsafe .waited(continuation)
            case .complete(let value): unsafe continuation.resume(returning: value)
            case .waited: preconditionFailure("two tasks wait for one promise")
            }
        }
    }
}
