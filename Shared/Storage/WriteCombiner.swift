internal import Synchronization

/// Lets callers that do the same thing at the same time share statements, not only the commit.
///
/// What arrives while the store is busy with the group before is handed to one body as an array, which can then use
/// set-based statements: on PostgreSQL 64 transfers cost a handful of round trips instead of some hundreds. One
/// caller leads: its write takes whatever has gathered by the time it runs.
package final class WriteCombiner<Input: Sendable, Output: Sendable>: Sendable {
    /// Runs inputs in order as one transaction, and returns one output each.
    package typealias Body =
        @Sendable (_ inputs: [Input], _ session: any SQLSession) throws(StorageError) -> [Output]

    /// The most inputs that one body is given.
    package static var inputCountMax: Int { 256 }

    private struct Follower {
        let input: Input
        let continuation: UnsafeContinuation<Result<Output, StorageError>?, Never>
    }

    private struct State {
        var followers: [Follower] = []
        /// Whether a leader's write is queued that has not yet taken the followers.
        var hasLeader = false
    }

    /// What one leader took; kept over the attempts of its body.
    private final class Batch: Sendable {
        let followers = Mutex<[Follower]?>(nil)
    }

    private let store: any TransactionalStore
    private let followerCountMax: Int
    private let body: Body
    private let state = Mutex(State())

    /// - Parameters:
    ///   - followerCountMax: Callers that may wait; the next is refused with `.overloaded`.
    ///   - body: What it throws it throws for all its inputs. After `.invalid` or `.conflict` each is run alone, so
    ///     that one that is wrong does not fail the others.
    package init(
        _ store: any TransactionalStore,
        followerCountMax: Int = 4096,
        _ body: @escaping Body
    ) {
        self.store = store
        self.followerCountMax = followerCountMax
        self.body = body
    }

    /// Runs `input` and returns once it is durable.
    ///
    /// - Throws: As `TransactionalStore.write`.
    package func write(_ input: Input) async throws(StorageError) -> Output {
        let followed = await withUnsafeContinuation {
            (continuation: UnsafeContinuation<Result<Output, StorageError>?, Never>) in
            let refusal = state.withLock { state -> Result<Output, StorageError>?? in
                guard state.hasLeader else {
                    state.hasLeader = true
                    return .some(nil)
                }
                guard state.followers.count < followerCountMax else {
                    return .failure(
                        StorageError(.overloaded, "too many writes wait to be combined")
                    )
                }
                state.followers.append(Follower(input: input, continuation: continuation))
                return nil
            }
            if let refusal { continuation.resume(returning: refusal) }
        }
        if let followed { return try followed.get() }
        return try await lead(input)
    }

    private func lead(_ input: Input) async throws(StorageError) -> Output {
        let batch = Batch()
        do throws(StorageError) {
            let outputs = try await store.write { session throws(StorageError) in
                let inputs = [input] + self.take(into: batch).map(\.input)
                let outputs = try self.body(inputs, session)
                precondition(outputs.count == inputs.count, "a combined write lost an answer")
                return outputs
            }
            // The body ran, so the batch is taken already.
            for (follower, output) in zip(take(into: batch), outputs.dropFirst()) {
                follower.continuation.resume(returning: .success(output))
            }
            return outputs[0]
        } catch {
            let followers = take(into: batch)
            guard error.code == .invalid || error.code == .conflict, !followers.isEmpty else {
                for follower in followers {
                    follower.continuation.resume(returning: .failure(error))
                }
                throw error
            }
            return try await runSingly(input, followers)
        }
    }

    /// The followers of this batch; the first call takes those that wait, and lets the next caller lead.
    private func take(into batch: Batch) -> [Follower] {
        batch.followers.withLock { taken in
            if let taken { return taken }
            let (followers, nextLeader) = state.withLock { state in
                let count = min(state.followers.count, Self.inputCountMax - 1)
                let followers = Array(state.followers.prefix(count))
                state.followers.removeFirst(count)
                // Whom this batch has no room for must not wait for a later caller: the first of them leads.
                let nextLeader = state.followers.isEmpty ? nil : state.followers.removeFirst()
                state.hasLeader = nextLeader != nil
                return (followers, nextLeader)
            }
            taken = followers
            nextLeader?.continuation.resume(returning: nil)
            return followers
        }
    }

    private func runSingly(
        _ input: Input,
        _ followers: [Follower]
    ) async throws(StorageError) -> Output {
        await withDiscardingTaskGroup { group in
            for follower in followers {
                group.addTask {
                    follower.continuation.resume(returning: await self.runAlone(follower.input))
                }
            }
        }
        return try await runAlone(input).get()
    }

    private func runAlone(_ input: Input) async -> Result<Output, StorageError> {
        do throws(StorageError) {
            return .success(
                try await store.write { session throws(StorageError) in
                    let outputs = try self.body([input], session)
                    precondition(outputs.count == 1, "a combined write lost an answer")
                    return outputs[0]
                }
            )
        } catch {
            return .failure(error)
        }
    }
}
