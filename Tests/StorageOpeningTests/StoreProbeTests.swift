import ServiceRuntime
import Storage
import StorageOpening
import Testing
import Timekeeping

/// A store whose answers the test decides.
private struct ScriptedStore: TransactionalStore {
    let reading: StorageError?
    let writing: StorageError?
    var hangs = false

    func write<Output: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws(StorageError) -> Output
    ) async throws(StorageError) -> Output {
        throw writing ?? StorageError(.overloaded, "busy")
    }

    func writeInPassing<Output: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws(StorageError) -> Output,
        completion: @escaping @Sendable (Result<Output, StorageError>) -> Void
    ) {
        completion(.failure(writing ?? StorageError(.overloaded, "busy")))
    }

    func read<Output: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws(StorageError) -> Output
    ) async throws(StorageError) -> Output {
        if hangs { _ = await OneShot<Void>().value() }
        throw reading ?? StorageError(.overloaded, "busy")
    }
}

@Suite("StoreProbe", .timeLimit(.minutes(1)))
struct StoreProbeTests {
    private static func never(_: Duration) async { _ = await OneShot<Void>().value() }

    @Test("the readers' failure is the fault's words")
    func reading() async {
        let store = ScriptedStore(reading: StorageError(.unavailable, "gone"), writing: nil)
        #expect(await StoreProbe(store, pause: Self.never).fault() == "gone")
    }

    @Test("a busy store is no fault")
    func busy() async {
        let store = ScriptedStore(reading: nil, writing: nil)
        #expect(await StoreProbe(store, pause: Self.never).fault() == nil)
    }

    @Test("silence past the limit is a fault, and nobody waits for its end")
    func silence() async {
        let store = ScriptedStore(reading: nil, writing: nil, hangs: true)
        let fault = await StoreProbe(store) { limit in
            #expect(limit == StoreProbe.silenceMax)
        }.fault()
        #expect(fault == "no answer for 5 s")
    }
}
