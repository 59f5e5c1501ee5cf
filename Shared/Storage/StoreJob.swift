/// One caller's body, waiting for its turn and then for the commit.
///
/// A class, so that a queue of bodies with different results holds one pointer each.
package class StoreJob {
    /// Runs the body once and keeps what it returned or threw.
    ///
    /// - Returns: What it threw.
    func attempt(in session: any SQLSession) -> StorageError? {
        preconditionFailure("a job of no kind")
    }

    /// Keeps `error` as the answer: a statement failed, whatever the body made of it.
    func settle(_ error: StorageError) {
        preconditionFailure("a job of no kind")
    }

    /// Hands the kept answer to the caller.
    func complete() {
        preconditionFailure("a job of no kind")
    }

    /// Hands `error` to the caller in place of an answer.
    func fail(_ error: StorageError) {
        preconditionFailure("a job of no kind")
    }
}

/// A job with the type of its answer.
package final class TypedStoreJob<Output: Sendable>: StoreJob, @unchecked Sendable {
    // Safe: handed from the caller to the store's thread through a locked queue, and used by that thread alone.
    private let body: @Sendable (any SQLSession) throws(StorageError) -> Output
    private let completion: (Result<Output, StorageError>) -> Void
    private var answer: Result<Output, StorageError>?

    /// - Parameters:
    ///   - body: Runs once for each attempt.
    ///   - completion: Called once, on the store's thread.
    package init(
        _ body: @escaping @Sendable (any SQLSession) throws(StorageError) -> Output,
        completion: @escaping (Result<Output, StorageError>) -> Void
    ) {
        self.body = body
        self.completion = completion
    }

    override func attempt(in session: any SQLSession) -> StorageError? {
        do throws(StorageError) {
            answer = .success(try body(session))
            return nil
        } catch {
            answer = .failure(error)
            return error
        }
    }

    override func settle(_ error: StorageError) {
        answer = .failure(error)
    }

    override func complete() {
        guard let answer else { preconditionFailure("a job is completed before it ran") }
        completion(answer)
    }

    override func fail(_ error: StorageError) {
        completion(.failure(error))
    }
}
