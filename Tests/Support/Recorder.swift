internal import Synchronization

/// What happened, in order, from any thread; tests wait for it instead of sleeping.
///
/// A wait has no end of its own: a test that waits carries `.timeLimit(.minutes(1))`.
public final class Recorder<Element: Sendable>: Sendable {
    private struct Waiter {
        let isSatisfied: @Sendable ([Element]) -> Bool
        let continuation: CheckedContinuation<[Element], Never>
    }

    private struct State {
        var elements: [Element] = []
        var waiters: [Waiter] = []
    }

    private let state = Mutex(State())

    /// An empty record.
    public init() {}

    /// Everything recorded so far.
    public var elements: [Element] { state.withLock { $0.elements } }

    /// Adds `element` and wakes whoever waited for it.
    public func append(_ element: Element) {
        // Woken outside the lock: the awakened code may record something itself.
        let (elements, woken) = state.withLock { state in
            state.elements.append(element)
            let elements = state.elements
            let woken = state.waiters.filter { $0.isSatisfied(elements) }
            state.waiters.removeAll { $0.isSatisfied(elements) }
            return (elements, woken)
        }
        for waiter in woken {
            waiter.continuation.resume(returning: elements)
        }
    }

    /// Returns once what was recorded satisfies `predicate`; at once where it does already.
    @discardableResult
    public func wait(until predicate: @escaping @Sendable ([Element]) -> Bool) async -> [Element] {
        await withCheckedContinuation { continuation in
            let ready: [Element]? = state.withLock { state in
                if predicate(state.elements) { return state.elements }
                state.waiters.append(Waiter(isSatisfied: predicate, continuation: continuation))
                return nil
            }
            if let ready { continuation.resume(returning: ready) }
        }
    }

    /// Returns once at least `count` elements are there.
    @discardableResult
    public func wait(forCount count: Int) async -> [Element] {
        await wait { $0.count >= count }
    }
}
