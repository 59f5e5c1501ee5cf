internal import Glibc

/// A bounded first-in, first-out queue between many callers and the threads of a store.
package final class JobQueue<Element>: @unchecked Sendable {
    // Safe: every property below is touched only between lock and unlock of `mutex`.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private let capacity: Int
    private var slots: [Element?]
    private var head = 0
    private var count = 0
    private var waiterCount = 0
    private var isClosed = false

    /// Why an element was not taken.
    package enum Refusal: Hashable, Sendable {
        case full
        case closed
    }

    /// A queue of at most `capacity` elements.
    package init(capacity: Int) {
        precondition(capacity > 0, "a queue needs room")
        self.capacity = capacity
        slots = Array(repeating: nil, count: capacity)
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, nil)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    /// Appends `element`, or says why not. Never blocks for longer than the lock is held.
    package func push(_ element: sending Element) -> Refusal? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        if isClosed { return .closed }
        if count == capacity { return .full }
        let tail = head + count
        slots[tail < capacity ? tail : tail - capacity] = element
        count += 1
        // A signal is a system call only where somebody waits; a busy writer never does.
        if waiterCount > 0 { pthread_cond_signal(condition) }
        return nil
    }

    /// Waits for an element; nil once the queue is closed and empty.
    package func waitAndPop() -> Element? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while count == 0 {
            if isClosed { return nil }
            waiterCount += 1
            pthread_cond_wait(condition, mutex)
            waiterCount -= 1
        }
        return takeFirst()
    }

    /// The next element, if one is there.
    package func pop() -> Element? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return count == 0 ? nil : takeFirst()
    }

    /// Refuses further elements; what is queued is still handed out.
    package func close() {
        pthread_mutex_lock(mutex)
        isClosed = true
        pthread_cond_broadcast(condition)
        pthread_mutex_unlock(mutex)
    }

    private func takeFirst() -> Element? {
        let element = slots[head]
        slots[head] = nil
        head = head + 1 < capacity ? head + 1 : 0
        count -= 1
        return element
    }
}
