package import Calls
package import Reactor

extension EventLoop {
    /// Runs `body` in a task on the loop and gives its result or error. From any thread.
    package func run<Output: Sendable>(
        _ body: @escaping @Sendable () async throws -> Output
    ) async throws -> Output {
        let outcome: Result<Output, any Error> = await spawn {
            do {
                return .success(try await body())
            } catch {
                return .failure(error)
            }
        }.value
        return try outcome.get()
    }
}

/// The error that `body` throws, as a call's error; `nil` where it throws none, or another.
package func callError(_ body: () async throws -> Void) async -> CallError? {
    do {
        try await body()
        return nil
    } catch {
        return error as? CallError
    }
}
