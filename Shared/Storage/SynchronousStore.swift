package import Timekeeping

/// The same store on the caller's thread: group commit, sessions and engines are the service's own code, without
/// threads, so that the simulator and the crash tests decide every step.
package final class SynchronousStore {
    private let engine: any CommitEngine
    private var group: CommitGroup
    private var queue: [StoreJob] = []
    private var nextIndex = 0

    /// A store over `engine`; not for sharing between threads.
    package init(engine: any CommitEngine, time: any TimeSource) {
        self.engine = engine
        group = CommitGroup(engine: engine, time: time)
    }

    /// What the store did so far.
    package var statistics: CommitGroup.Statistics { group.statistics }

    /// Queues `body`; `completion` is called within the `flush` that commits it.
    package func enqueue<Output: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws(StorageError) -> Output,
        completion: @escaping (Result<Output, StorageError>) -> Void
    ) {
        let stored = StoreAnswer<Output>()
        queue.append(StoreJob(body, into: stored) { completion(stored.result($0)) })
    }

    /// Runs what is queued, in groups, and returns when all of it is answered.
    package func flush() {
        while let first = take() {
            group.run(first, next: take)
        }
        queue.removeAll(keepingCapacity: true)
        nextIndex = 0
    }

    /// Runs `body` as one transaction, with what is queued before it, and returns once it is durable.
    @discardableResult
    package func write<Output: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws(StorageError) -> Output
    ) throws(StorageError) -> Output {
        var answer: Result<Output, StorageError>?
        enqueue(body) { answer = $0 }
        flush()
        guard let answer else { preconditionFailure("a flushed body was not answered") }
        return try answer.get()
    }

    /// Runs `body` on what is durable; it must not write.
    package func read<Output: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws(StorageError) -> Output
    ) throws(StorageError) -> Output {
        var answer: Result<Output, StorageError>?
        let stored = StoreAnswer<Output>()
        let job = StoreJob(body, into: stored) { answer = stored.result($0) }
        job.runRead(on: engine)
        guard let answer else { preconditionFailure("a read was not answered") }
        return try answer.get()
    }

    private func take() -> StoreJob? {
        guard nextIndex < queue.count else { return nil }
        defer { nextIndex += 1 }
        return queue[nextIndex]
    }
}
