internal import DeliverySQL
internal import Reactor
internal import Storage
internal import TestSupport
internal import Timekeeping

/// A process's store as its asynchronous code sees it: group commit and reads of the process, each some time after it
/// was asked for. Dies with its process.
// Safe: everything of a run happens on one thread.
final class SimulatedStore: TransactionalStore, @unchecked Sendable {
    /// How long a read waits for a reader's thread.
    private static let readMicroseconds: ClosedRange<Int64> = 20...600

    private let loop: EventLoop
    private unowned let process: ServiceProcess
    private var isClosed = false
    /// Those who wait, by number.
    private var waiting: [UInt64: (StorageError) -> Void] = [:]
    private var nextNumber: UInt64 = 0
    /// Whether no write gets through to the store; what is on its way does.
    var isCutOff = false

    init(_ process: ServiceProcess, on loop: EventLoop) {
        self.process = process
        self.loop = loop
    }

    /// Fails whoever waits, and everything from now on, for good: the process is dead.
    func close() {
        isClosed = true
        for number in waiting.keys.sorted() { waiting[number]?(Self.gone) }
        waiting = [:]
    }

    private static var gone: StorageError { StorageError(.fenced, "the process is dead") }

    func write<Output: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws(StorageError) -> Output
    ) async throws(StorageError) -> Output {
        guard !isCutOff else { throw StorageError(.unavailable, "the store is out of reach") }
        return try await wait { finish in
            process.write(body) { finish($0) }
        }
    }

    func writeInPassing<Output: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws(StorageError) -> Output,
        completion: @escaping @Sendable (Result<Output, StorageError>) -> Void
    ) {
        guard !isClosed else { return completion(.failure(Self.gone)) }
        guard !isCutOff else {
            return completion(.failure(StorageError(.unavailable, "the store is out of reach")))
        }
        process.write(body, then: completion)
    }

    func read<Output: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws(StorageError) -> Output
    ) async throws(StorageError) -> Output {
        let wait = process.world.random.draw(.services) {
            Duration.microseconds(Int64.random(in: Self.readMicroseconds, using: &$0))
        }
        return try await self.wait { finish in
            process.after(wait) { [process] in
                guard let output = process.read(body) else { return }
                finish(.success(output))
            }
        }
    }

    private func wait<Output: Sendable>(
        _ begin: (@escaping (Result<Output, StorageError>) -> Void) -> Void
    ) async throws(StorageError) -> Output {
        guard !isClosed else { throw Self.gone }
        let promise = LoopPromise<Result<Output, StorageError>>(loop: loop)
        let number = nextNumber
        nextNumber += 1
        waiting[number] = { promise.complete(.failure($0)) }
        begin { [weak self] result in
            self?.waiting[number] = nil
            promise.complete(result)
        }
        return try await promise.value().get()
    }
}
