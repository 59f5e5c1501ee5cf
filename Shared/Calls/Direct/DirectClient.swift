package import Messages
internal import Model
package import Reactor
internal import Timekeeping
internal import WireFormat

/// Calls a service without a connection: whole messages go to whoever carries them. For simulations.
///
/// Time limits, retries and cancellation are those of `CallClient`; frames, credit, endpoints and the retry budget are
/// not here.
// Safe: touched on its loop alone.
package final class DirectClient: ServiceCalling, @unchecked Sendable {
    package let loop: EventLoop
    /// Carries a call with one answer; called back at most once, never more than once heeded.
    package var onCall: (DirectCall, @escaping (Result<[UInt8], CallError>) -> Void) -> Void
    /// Carries a call with a stream.
    package var onStream: (DirectCall, DirectStream) -> Void
    private var generator: any RandomNumberGenerator
    /// Tries that wait for their answer, by number.
    private var pending: [UInt64: LoopPromise<Result<[UInt8], CallError>>] = [:]
    private var nextNumber: UInt64 = 0
    private var isClosed = false

    /// - Parameter generator: For the jitter of waits.
    package init(
        loop: EventLoop,
        generator: any RandomNumberGenerator,
        onCall: @escaping (DirectCall, @escaping (Result<[UInt8], CallError>) -> Void) -> Void,
        onStream: @escaping (DirectCall, DirectStream) -> Void
    ) {
        self.loop = loop
        self.generator = generator
        self.onCall = onCall
        self.onStream = onStream
    }

    /// Fails what waits, and everything from now on, as a lost connection does.
    package func close() {
        isClosed = true
        for number in pending.keys.sorted() {
            pending[number]?.complete(.failure(.connectionLost))
        }
        pending = [:]
        onCall = { _, answer in answer(.failure(.connectionLost)) }
        onStream = { _, stream in stream.ended(.connectionLost) }
    }

    package func callBytes(
        _ method: MethodDescriptor,
        _ body: [UInt8],
        _ options: CallOptions
    ) async throws(CallError) -> [UInt8] {
        let own = Duration.milliseconds(Int64(method.timeoutMilliseconds ?? 60_000))
        let deadline = loop.now.advanced(by: min(own, options.timeout ?? own))
        var attempt = 1
        while true {
            do throws(CallError) {
                return try await tryOnce(method, body, options, deadline, attempt)
            } catch {
                let verdict = RetryRule.judge(
                    error,
                    attempt: attempt,
                    hasKey: !options.key.isNone,
                    remaining: loop.now.duration(to: deadline),
                    random: generator.next()
                )
                guard case .retry(let wait) = verdict, options.retries, !isClosed else {
                    throw error
                }
                attempt += 1
                guard await loop.sleep(for: wait) else {
                    throw CallError(.cancelled, "the caller was cancelled", isNotProcessed: true)
                }
            }
        }
    }

    private func tryOnce(
        _ method: MethodDescriptor,
        _ body: [UInt8],
        _ options: CallOptions,
        _ deadline: Instant,
        _ attempt: Int
    ) async throws(CallError) -> [UInt8] {
        let remaining = loop.now.duration(to: deadline)
        guard remaining > .milliseconds(Int64(method.floorMilliseconds)) else {
            throw .deadlineExceeded(isNotProcessed: true)
        }
        let promise = LoopPromise<Result<[UInt8], CallError>>(loop: loop)
        let number = nextNumber
        nextNumber += 1
        pending[number] = promise
        let token = loop.schedule(at: deadline) {
            promise.complete(.failure(.deadlineExceeded()))
        }
        let call = DirectCall(
            method: method,
            body: body,
            isEnd: true,
            options: options,
            timeout: remaining,
            attempt: attempt
        )
        onCall(call) { promise.complete($0) }
        let outcome = await withTaskCancellationHandler {
            await promise.value()
        } onCancel: {
            // Any thread may cancel, so the way back is the loop's queue.
            loop.execute {
                promise.complete(.failure(CallError(.cancelled, "the caller was cancelled")))
            }
        }
        loop.cancel(token)
        pending[number] = nil
        return try outcome.get()
    }

    package func open(
        _ method: MethodDescriptor,
        _ body: [UInt8],
        isEnd: Bool,
        _ options: CallOptions,
        responseCredit: UInt32
    ) async throws(CallError) -> DirectStream {
        let stream = DirectStream(loop: loop)
        let own = method.timeoutMilliseconds.map { Duration.milliseconds(Int64($0)) }
        let timeout = own.map { min($0, options.timeout ?? $0) } ?? options.timeout
        if let timeout {
            loop.schedule(after: timeout) { [weak stream] in stream?.ended(.deadlineExceeded()) }
        }
        onStream(
            DirectCall(
                method: method,
                body: body,
                isEnd: isEnd,
                options: options,
                timeout: timeout
            ),
            stream
        )
        return stream
    }
}
