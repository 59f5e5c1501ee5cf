package import Timekeeping

/// Group commit: many bodies, one transaction, one sync, each answered after it.
///
/// Bodies first run without savepoints, which cost 3 to 4 us each in SQLite and a subtransaction each in
/// PostgreSQL. When one fails after it wrote something, the whole group is rolled back and run again, now with a
/// savepoint around each body, so that it fails alone; the next groups stay careful for a while, because failures
/// come in bunches. Bodies are made for running again (`TransactionalStore.write`).
///
/// What bodies left to a `GroupWrite` is written once, before the commit; with savepoints, after each body.
package struct CommitGroup {
    /// Bounds of one group.
    package struct Limits: Sendable {
        /// The most bodies in one commit; bounds what one failing commit takes with it.
        package var jobCountMax = 256
        /// How long a group may work before it commits, so that the first in it does not wait for all.
        package var workMax: Duration = .milliseconds(2)

        /// The defaults.
        package init() {}
    }

    /// What was done so far.
    package struct Statistics: Hashable, Sendable {
        /// Commits.
        package var groupCount: UInt64 = 0
        /// Bodies that were answered.
        package var jobCount: UInt64 = 0
        /// Groups that had to run again.
        package var rerunCount: UInt64 = 0
        /// Commits that failed.
        package var failedCommitCount: UInt64 = 0

        /// All at zero.
        package init() {}
    }

    /// How many groups after a failing one use savepoints from the start.
    private static let carefulGroupCount = 16
    /// How often a group is run as a whole before its bodies are run one by one.
    private static let groupAttemptCountMax = 2
    /// How often a single body is run against conflicts with other instances.
    private static let singleAttemptCountMax = 4

    private let engine: any CommitEngine
    private let time: any TimeSource
    private let limits: Limits
    private var jobs: [StoreJob] = []
    private var carefulGroupsLeft = 0
    /// What was done so far.
    package private(set) var statistics = Statistics()

    /// A runner over `engine`, for the thread that owns it.
    package init(engine: any CommitEngine, time: any TimeSource, limits: Limits = Limits()) {
        self.engine = engine
        self.time = time
        self.limits = limits
        jobs.reserveCapacity(limits.jobCountMax)
    }

    /// How one run of the collected bodies ended.
    private enum RunResult {
        case committed
        /// Rolled back; run again, with savepoints if not yet.
        case again
        /// Another instance's transaction came between; nothing is kept.
        case conflict(StorageError)
        /// Nothing may be told as done.
        case failed(StorageError)

        var mayRunAgain: Bool {
            switch self {
            case .again, .conflict: true
            case .committed, .failed: false
            }
        }
    }

    /// Runs `first` and what `next` gives, until it gives none or a limit is reached; answers all after the commit.
    ///
    /// No timer: a lone body commits at once, and what arrives during its sync is the next group.
    package mutating func run(_ first: StoreJob, next: () -> StoreJob?) {
        jobs.append(first)
        var result = runOnce(careful: carefulGroupsLeft > 0, next: next)
        var attemptCount = 1
        while true {
            switch result {
            case .committed:
                answer { $0.complete() }
                return
            case .failed(let error):
                statistics.failedCommitCount += 1
                answer { $0.fail(error) }
                return
            case .conflict where attemptCount >= Self.groupAttemptCountMax:
                runSingly()
                return
            case .again, .conflict:
                attemptCount += 1
                statistics.rerunCount += 1
                carefulGroupsLeft = Self.carefulGroupCount
                result = runOnce(careful: true, next: { nil })
            }
        }
    }

    private mutating func answer(_ body: (StoreJob) -> Void) {
        statistics.groupCount += 1
        statistics.jobCount += UInt64(jobs.count)
        carefulGroupsLeft = max(0, carefulGroupsLeft - 1)
        for job in jobs { body(job) }
        jobs.removeAll(keepingCapacity: true)
        engine.afterGroup()
    }

    /// One transaction over the collected bodies, and those that `next` adds.
    private mutating func runOnce(careful: Bool, next: () -> StoreJob?) -> RunResult {
        if let failure = engine.failure { return .failed(failure) }
        let deadline = time.now.advanced(by: limits.workMax)
        engine.session.groupWrites.removeAll()
        do throws(StorageError) {
            try engine.begin()
            var index = 0
            repeat {
                while index < jobs.count {
                    if let early = try runJob(jobs[index], careful: careful) {
                        engine.rollback()
                        return early
                    }
                    index += 1
                    if index == jobs.count { takeNext(next, until: deadline) }
                }
                if let early = finishBodies() {
                    engine.rollback()
                    return early
                }
                // Clients that the group before has answered come back one after the other, and those who came while
                // this was written need not wait for a sync of their own: with 64 of them 45 to 50 shared one before.
                takeNext(next, until: deadline)
            } while index < jobs.count
            try engine.commit()
            return .committed
        } catch {
            engine.rollback()
            return error.isTransientConflict ? .conflict(error) : .failed(error)
        }
    }

    /// Adds the body that waits, if the group may still grow.
    private mutating func takeNext(_ next: () -> StoreJob?, until deadline: Instant) {
        guard jobs.count < limits.jobCountMax, time.now < deadline, let job = next() else { return }
        jobs.append(job)
    }

    /// Runs one body; a result other than nil ends the transaction.
    private func runJob(_ job: StoreJob, careful: Bool) throws(StorageError) -> RunResult? {
        let left = engine.session.groupWrites
        if careful { try engine.setSavepoint() }
        engine.beginJob()
        var thrown = job.attempt(in: engine.session)
        // So that what this body left fails with it, and not with another.
        if careful, thrown == nil { thrown = writeLeft() }
        if let caught = left.failure ?? engine.jobFailure { thrown = caught }
        guard let thrown else {
            left.keep()
            if careful { try engine.releaseSavepoint() }
            return nil
        }
        if thrown.isTransientConflict { return .conflict(thrown) }
        if let failure = engine.failure { return .failed(failure) }
        if careful {
            // Where the engine has dropped the whole transaction itself (a full disk), nobody in it has anything.
            try engine.rollbackToSavepoint()
            left.removeAll()
        } else if engine.hasWritten || !engine.isTransactionUsable || left.failure != nil {
            return .again
        } else {
            left.dropSinceKept()
        }
        job.settle(thrown)
        return nil
    }

    /// Writes what the bodies have left; a result other than nil ends the transaction.
    private func finishBodies() -> RunResult? {
        engine.beginJob()
        guard let thrown = writeLeft() ?? engine.jobFailure else { return nil }
        if thrown.isTransientConflict { return .conflict(thrown) }
        if let failure = engine.failure { return .failed(failure) }
        return .again
    }

    private func writeLeft() -> StorageError? {
        do throws(StorageError) {
            try engine.session.runGroupWrites()
            return nil
        } catch {
            return error
        }
    }

    /// The last resort against conflicts: each body in its own transaction.
    private mutating func runSingly() {
        let all = jobs
        for job in all {
            jobs = [job]
            var result = runOnce(careful: false, next: { nil })
            var attemptCount = 1
            while attemptCount < Self.singleAttemptCountMax, result.mayRunAgain {
                attemptCount += 1
                result = runOnce(careful: true, next: { nil })
            }
            switch result {
            case .committed: answer { $0.complete() }
            case .conflict(let error), .failed(let error): answer { $0.fail(error) }
            case .again: preconditionFailure("a body with a savepoint asked to run again")
            }
        }
    }
}

extension StorageError {
    /// Whether the engine itself asks to run the transaction again: serialization failure or deadlock.
    package var isTransientConflict: Bool {
        engineCode == "40001" || engineCode == "40P01"
    }
}
