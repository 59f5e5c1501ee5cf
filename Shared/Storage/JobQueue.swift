internal import Glibc

/// A bounded first-in, first-out queue between many callers and the threads of a store.
package final class JobQueue<Element>: @unchecked Sendable {
    // Safe: every property below is touched only between lock and unlock of `mutex`.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private let capacity: Int
    private let patience: Duration
    private var slots: [Slot?]
    private var head = 0
    private var count = 0
    /// Elements that somebody waits for.
    private var hurriedCount = 0
    /// Until when the patient elements may lie; of use while no other is queued.
    private var patienceEnd = timespec()
    private var waiterCount = 0
    private var isClosed = false

    /// Why an element was not taken.
    package enum Refusal: Hashable, Sendable {
        case full
        case closed
    }

    private struct Slot {
        let element: Element
        let isPatient: Bool
    }

    /// A queue of at most `capacity` elements.
    ///
    /// - Parameter patience: How long patient elements wait for one that is not, at the most.
    package init(capacity: Int, patience: Duration = .milliseconds(10)) {
        precondition(capacity > 0, "a queue needs room")
        precondition(patience >= .zero && patience < .seconds(3600), "nobody is so patient")
        self.capacity = capacity
        self.patience = patience
        slots = Array(repeating: nil, count: capacity)
        pthread_mutex_init(mutex, nil)
        // By a clock that nobody sets.
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(condition, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    /// Appends `element`, or says why not. Never blocks for longer than the lock is held.
    ///
    /// - Parameter isPatient: Whether it may lie until one comes that may not, or its patience ends; the order stays.
    package func push(_ element: sending Element, isPatient: Bool = false) -> Refusal? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        if isClosed { return .closed }
        if count == capacity { return .full }
        let tail = head + count
        slots[tail < capacity ? tail : tail - capacity] = Slot(
            element: element,
            isPatient: isPatient
        )
        count += 1
        if !isPatient {
            hurriedCount += 1
        } else if count == 1 {
            patienceEnd = Self.monotonicTime(after: patience)
        }
        // A signal is a system call only where somebody waits; a busy writer never does. Of the patient elements the
        // first alone wakes, so that its patience is watched.
        if waiterCount > 0, !isPatient || count == 1 { pthread_cond_signal(condition) }
        return nil
    }

    /// Waits for an element; nil once the queue is closed and empty.
    package func waitAndPop() -> Element? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        var isPatienceOver = false
        while hurriedCount == 0, count == 0 || !(isClosed || isPatienceOver) {
            if isClosed { return nil }
            waiterCount += 1
            if count == 0 {
                pthread_cond_wait(condition, mutex)
            } else {
                let code = pthread_cond_timedwait(condition, mutex, &patienceEnd)
                isPatienceOver = code == ETIMEDOUT
            }
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
        guard let slot = slots[head] else { return nil }
        slots[head] = nil
        head = head + 1 < capacity ? head + 1 : 0
        count -= 1
        if !slot.isPatient { hurriedCount -= 1 }
        return slot.element
    }

    private static func monotonicTime(after wait: Duration) -> timespec {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        time.tv_sec += Int(wait.components.seconds)
        time.tv_nsec += Int(wait.components.attoseconds / 1_000_000_000)
        if time.tv_nsec >= 1_000_000_000 {
            time.tv_nsec -= 1_000_000_000
            time.tv_sec += 1
        }
        return time
    }
}
