/// One caller's body, waiting for its turn and then for the commit.
///
/// What it returns stays between body and caller (`StoreAnswer`), so that queue, thread and continuation are of one
/// type each for all bodies: looking generic types up for every job took 3 % of the writing thread's time.
// Safe: handed from the caller to the store's thread through a locked queue, and used by that thread alone.
package final class StoreJob: @unchecked Sendable {
    private let body: (any SQLSession) -> StorageError?
    private let completion: (StorageError?) -> Void
    private var hasRun = false
    private var failure: StorageError?

    /// - Parameters:
    ///   - body: Runs once for each attempt.
    ///   - answer: Where it leaves what it returned.
    ///   - completion: Called once, on the store's thread; with nil where the answer counts.
    package init<Output: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws(StorageError) -> Output,
        into answer: StoreAnswer<Output>,
        completion: @escaping (StorageError?) -> Void
    ) {
        self.body = { session in
            do throws(StorageError) {
                answer.value = try body(session)
                return nil
            } catch {
                return error
            }
        }
        self.completion = completion
    }

    /// Runs the body once and keeps what it threw.
    ///
    /// - Returns: What it threw.
    func attempt(in session: any SQLSession) -> StorageError? {
        hasRun = true
        failure = body(session)
        return failure
    }

    /// Keeps `error` as the answer: a statement failed, whatever the body made of it.
    func settle(_ error: StorageError) {
        failure = error
    }

    /// Hands the kept answer to the caller.
    func complete() {
        precondition(hasRun, "a job is completed before it ran")
        completion(failure)
    }

    /// Hands `error` to the caller in place of an answer.
    func fail(_ error: StorageError) {
        completion(error)
    }
}

/// The place where a body leaves what it returned.
// Safe: written on the store's thread, and read by the caller after the job's completion, which comes later.
package final class StoreAnswer<Output: Sendable>: @unchecked Sendable {
    fileprivate(set) var value: Output?

    /// Empty.
    package init() {}

    /// What the caller gets, once the job has ended with `failure` or without.
    package func result(_ failure: StorageError?) -> Result<Output, StorageError> {
        if let failure { return .failure(failure) }
        guard let value else { preconditionFailure("a body ended well and returned nothing") }
        return .success(value)
    }
}
