internal import Calls
internal import Crypto
internal import HTTP
internal import Model
internal import Reactor
internal import ServiceRuntime
internal import Storage
internal import TestSupport
internal import Timekeeping

/// One life of a process: its loop, its store, its clients and servers. All of it ends with it.
final class Life {
    /// The keys that sign and verify every token of a run. Which they are reaches nothing that is noted.
    static let keys: SigningKeySet = {
        guard let key = try? SigningKey.generate() else {
            preconditionFailure("the system makes no keys")
        }
        return SigningKeySet(KeySet(key))
    }()

    private unowned let process: ServiceProcess
    let loop: EventLoop
    let store: SimulatedStore
    private var stores: [SimulatedStore]
    private var clients: [DirectClient] = []
    private var servers: [DirectServer] = []
    private var endings: [() -> Void] = []

    init(_ process: ServiceProcess) {
        self.process = process
        guard let loop = try? EventLoop(name: process.service.text, timeSource: process.clock)
        else { preconditionFailure("no descriptor is left for a loop") }
        self.loop = loop
        loop.beginStepping()
        store = SimulatedStore(process, on: loop)
        stores = [store]
        process.world.add(loop)
    }

    /// Randomness of its own.
    func generator() -> SeededGenerator {
        SeededGenerator(seed: process.world.random.draw(.services) { $0.next() })
    }

    /// A further way to the process's store.
    func furtherStore() -> SimulatedStore {
        let store = SimulatedStore(process, on: loop)
        stores.append(store)
        return store
    }

    /// Called once at the end, before the loop is let go of.
    func atEnd(_ body: @escaping () -> Void) { endings.append(body) }

    // MARK: Calls

    /// What calls another service.
    func client(of service: ServiceName) -> DirectClient {
        let (process, network) = (process, process.network)
        let (source, target) = (process.endpoint, Endpoint(service))
        let peer = PeerIdentity(process.service)
        let mutation = process.world.mutation
        let client = DirectClient(
            loop: loop,
            generator: generator(),
            onCall: { [unowned process] call, answer in
                process.world.count(\.calls)
                let timeout = call.timeout ?? .seconds(60)
                network.call(.call(call, peer), from: source, to: target, timeout: timeout) {
                    guard case .call(let outcome)? = $0 else {
                        return answer(.failure(.connectionLost))
                    }
                    answer(outcome)
                }
            },
            onStream: { call, stream in
                var filter = MutatedStream(call.method, mutation)
                let pipe = network.open(call, of: peer, from: source, to: target)
                pipe.onMessage = { [unowned process] message in
                    if let line = StreamNote.line(of: message, call.method) {
                        process.world.note("\(source.text) hears \(line)")
                    }
                    if filter.passes(message) {
                        stream.received(message, isEnd: false)
                    } else {
                        pipe.noteRead()
                    }
                }
                pipe.onEnd = { outcome in
                    switch outcome {
                    case .success(let body): stream.received(body ?? [], isEnd: true)
                    case .failure(let error): stream.ended(error)
                    }
                }
                stream.onSend = { pipe.sendToServer($0, isEnd: $1) }
                stream.onCancel = { pipe.cancelFromClient() }
                stream.onRead = { pipe.noteRead() }
            }
        )
        clients.append(client)
        return client
    }

    /// What serves `routes`.
    func server(of routes: CallRoutes) -> DirectServer {
        let server = DirectServer(
            loop: loop,
            routes: routes,
            callers: CallerTokenVerifier(Self.keys)
        )
        servers.append(server)
        return server
    }

    /// Lets calls and streams arrive, each at the server that `choose` names.
    func listen(_ choose: @escaping (PeerIdentity) -> DirectServer?) {
        process.network.listen(process.endpoint) { request, answer in
            guard case .call(let call, let peer) = request, let server = choose(peer) else {
                return
            }
            server.open(call, of: peer) { outcome in answer(.call(outcome.map { $0 ?? [] })) }
        }
        process.network.listen(
            process.endpoint,
            toStreams: { call, peer, pipe in
                guard let server = choose(peer) else { return pipe.fail("refused") }
                let served = server.open(
                    call,
                    of: peer,
                    onMessage: { [weak pipe] in pipe?.sendToClient($0) },
                    onEnd: { [weak pipe] in pipe?.endFromServer($0) }
                )
                pipe.onClientMessage = { served.receive($0, isEnd: $1) }
                pipe.onClientGone = { served.cancel($0) }
                pipe.onRead = { served.noteRead() }
            }
        )
    }

    // MARK: The end

    /// The process is dead: nothing of it reaches anything any more. What is suspended is woken to find that out, so
    /// that its memory goes.
    ///
    /// - Parameter isAtOnce: Whether nothing of the loop runs at the moment.
    func end(atOnce isAtOnce: Bool = false) {
        process.world.remove(loop)
        for store in stores { store.close() }
        for client in clients { client.close() }
        for server in servers { server.close() }
        for ending in endings { ending() }
        endings = []
        guard !isAtOnce else { return letGo() }
        // After whatever of the loop is running now.
        process.world.after(.zero) { [self] in letGo() }
    }

    private func letGo() {
        loop.endStepping()
        stores = []
        clients = []
        servers = []
    }
}
