/// Wakes one task of a loop each time a callback of the same loop has something for it.
///
/// A signal that finds nobody waiting is kept, so one that comes before the task first waits is not lost
/// (data often arrives before the task of a new connection has run); several before a wait count as one.
// Safe: both sides run on the loop's thread, which every call asserts.
@safe
package final class LoopSignal: @unchecked Sendable {
    /// The loop of both sides.
    package let loop: EventLoop
    private var isRaised = false
    private var waiter: UnsafeContinuation<Void, Never>?

    /// A signal that is not raised.
    package init(loop: EventLoop) {
        self.loop = loop
    }

    /// Wakes the waiting task, or lets the next wait return at once.
    // Safe: the continuation is taken out before it is resumed, so it is resumed once.
    package func raise() {
        loop.preconditionCurrent()
        guard let waiting = unsafe waiter else {
            isRaised = true
            return
        }
        unsafe waiter = nil
        unsafe waiting.resume()
    }

    /// Waits for the next signal; returns without suspending where one is kept. At most one task waits.
    package func wait() async {
        loop.preconditionCurrent()
        if isRaised {
            isRaised = false
            return
        }
        // Safe: a continuation is stored only where none is.
        await unsafe withUnsafeContinuation { continuation in
            unsafe precondition(waiter == nil, "two tasks wait for one signal")
            // The runtime may run this as a job of its own, after others: the signal may have come in between, and
            // stored now it would wake nobody.
            if isRaised {
                isRaised = false
                unsafe continuation.resume()
            } else {
                unsafe waiter = continuation
            }
        }
    }
}
