import Synchronization

/// Events from many tasks and threads to one loop.
///
/// Bounded by its senders: one event for each entry in flight, one timer, one pending wake; stop and reload are an
/// operator's.
final class Mailbox<Event: Sendable>: Sendable {
    private struct State {
        var events: [Event] = []
        var waiter: CheckedContinuation<[Event], Never>?
    }

    private let state = Mutex(State())

    /// Adds `event` and wakes the loop.
    func post(_ event: Event) {
        let (waiter, events) = state.withLock {
            state -> (CheckedContinuation<[Event], Never>?, [Event]) in
            state.events.append(event)
            guard let waiter = state.waiter else { return (nil, []) }
            defer { state.events = [] }
            state.waiter = nil
            return (waiter, state.events)
        }
        waiter?.resume(returning: events)
    }

    /// The events since the last call, one or more; called by the loop alone.
    func next() async -> [Event] {
        await withCheckedContinuation { continuation in
            let events = state.withLock { state -> [Event] in
                guard !state.events.isEmpty else {
                    state.waiter = continuation
                    return []
                }
                defer { state.events = [] }
                return state.events
            }
            if !events.isEmpty { continuation.resume(returning: events) }
        }
    }
}
