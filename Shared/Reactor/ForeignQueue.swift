internal import Synchronization

/// What other threads hand to a loop: jobs of tasks and closures, in order within each kind.
final class ForeignQueue: Sendable {
    /// A closure on its way to the loop.
    // Safe: the closure was `sending`, so nothing outside refers to what it captured.
    struct Work: @unchecked Sendable {
        let body: () -> Void
    }

    /// What has gathered since the loop last looked.
    struct Batch: Sendable {
        var jobs: [UnownedJob] = []
        var work: [Work] = []
        /// Set for good once the loop has ended: what comes later has nobody to run it.
        var isClosed = false
    }

    /// What became of a thing that was handed over.
    enum Outcome {
        /// The first of a burst: the loop must be woken.
        case wake
        /// A wake-up is on its way already.
        case queued
        /// The loop has ended.
        case refused
    }

    private let batch = Mutex(Batch())

    /// Hands over a job.
    func append(_ job: UnownedJob) -> Outcome {
        batch.withLock { batch in
            guard !batch.isClosed else { return .refused }
            let wasEmpty = batch.jobs.isEmpty && batch.work.isEmpty
            batch.jobs.append(job)
            return wasEmpty ? .wake : .queued
        }
    }

    /// Hands over a closure.
    func append(_ work: Work) -> Outcome {
        batch.withLock { batch in
            guard !batch.isClosed else { return .refused }
            let wasEmpty = batch.jobs.isEmpty && batch.work.isEmpty
            batch.work.append(work)
            return wasEmpty ? .wake : .queued
        }
    }

    /// Takes all that has gathered, leaving `spare`'s storage to gather in.
    ///
    /// The loop resets its eventfd *before* it calls this. An append after the reset and before the
    /// exchange finds the queue as it is: empty, then it wakes once for nothing; not empty, then this
    /// exchange takes it. An append after the exchange finds it empty and wakes. None is lost.
    func exchange(with spare: inout Batch) {
        batch.withLock { batch in
            spare.isClosed = batch.isClosed
            swap(&batch, &spare)
        }
    }

    /// Refuses everything from now on if nothing is queued; returns whether it did.
    func closeIfEmpty() -> Bool {
        batch.withLock { batch in
            guard batch.jobs.isEmpty, batch.work.isEmpty else { return false }
            batch.isClosed = true
            return true
        }
    }
}
