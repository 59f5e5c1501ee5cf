internal import CLinux
internal import Glibc
internal import Synchronization

/// Resolves names on a thread of its own, since the system's resolver blocks for seconds.
///
/// One thread: while a name server is silent, names wait in line. Addresses in digits never wait.
package final class NameResolver: Sendable {
    /// How many names may wait; one more is refused.
    package static let waitingMax = 256

    /// One name on its way.
    private struct Request: Sendable {
        let endpoint: Endpoint
        let completion: @Sendable (Result<[SocketAddress], SocketError>) -> Void
    }

    private struct State {
        var waiting: [Request] = []
        var isStarted = false
        var isStopped = false
    }

    private let state = Mutex(State())
    /// A blocking eventfd: the thread sleeps in read(2) on it.
    private let wakeDescriptor: Int32

    /// A resolver whose thread starts with the first name.
    ///
    /// - Throws: `.descriptorsExhausted`.
    package init() throws(SocketError) {
        wakeDescriptor = clinux_eventfd(1)
        guard wakeDescriptor >= 0 else {
            throw SocketError(errno: errno, doing: "create a name resolver")
        }
    }

    deinit {
        Socket.close(wakeDescriptor)
    }

    /// Resolves `endpoint` and calls `completion` on `loop`, never before this returns. From any thread.
    ///
    /// The addresses come in the order of the system's preference, each once.
    package func resolve(
        _ endpoint: Endpoint,
        on loop: EventLoop,
        completion: @escaping @Sendable (Result<[SocketAddress], SocketError>) -> Void
    ) {
        if let address = SocketAddress(host: endpoint.host, port: endpoint.port) {
            loop.execute { completion(.success([address])) }
            return
        }
        let request = Request(endpoint: endpoint) { result in
            loop.execute { completion(result) }
        }
        let (isAccepted, mustStart) = state.withLock { state in
            guard !state.isStopped, state.waiting.count < Self.waitingMax else {
                return (false, false)
            }
            state.waiting.append(request)
            let mustStart = !state.isStarted
            state.isStarted = true
            return (true, mustStart)
        }
        guard isAccepted else {
            request.completion(
                .failure(SocketError(.nameUnknown, "too many names wait to be resolved"))
            )
            return
        }
        if mustStart { start() }
        wake()
    }

    /// Ends the thread once the name it works on is done; names that wait fail with `.cancelled`.
    package func stop() {
        let dropped = state.withLock { state in
            state.isStopped = true
            defer { state.waiting.removeAll() }
            return state.waiting
        }
        for request in dropped {
            request.completion(.failure(SocketError(.cancelled, "the name resolver stops")))
        }
        wake()
    }

    private func wake() {
        var one: UInt64 = 1
        // Safe: writes the 8 bytes of a local.
        _ = unsafe write(wakeDescriptor, &one, 8)
    }

    private func start() {
        var thread = pthread_t()
        // Safe: the reference retained here is released by the new thread, which alone receives it.
        let status = unsafe pthread_create(
            &thread,
            nil,
            { context in
                guard let context = unsafe context else { return nil }
                unsafe Unmanaged<NameResolver>.fromOpaque(context).takeRetainedValue().run()
                return nil
            },
            Unmanaged.passRetained(self).toOpaque()
        )
        precondition(status == 0, "the system refuses a thread for names")
        pthread_detach(thread)
    }

    private func run() {
        unsafe "names".withCString { unsafe clinux_prepare_thread($0) }
        while true {
            var counter: UInt64 = 0
            // Safe: reads the 8 bytes of a local.
            _ = unsafe read(wakeDescriptor, &counter, 8)
            while let request = takeFirst() {
                request.completion(Self.lookUp(request.endpoint))
            }
            if state.withLock({ $0.isStopped }) { return }
        }
    }

    private func takeFirst() -> Request? {
        state.withLock { $0.waiting.isEmpty ? nil : $0.waiting.removeFirst() }
    }

    /// Asks the system; blocks for as long as its name servers take.
    // Safe: the list is read between its allocation and its release.
    private static func lookUp(_ endpoint: Endpoint) -> Result<[SocketAddress], SocketError> {
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let status = unsafe getaddrinfo(endpoint.host, "\(endpoint.port)", &hints, &list)
        guard status == 0 else {
            let reason = unsafe gai_strerror(status).map { unsafe String(cString: $0) } ?? "unknown"
            return .failure(
                SocketError(.nameUnknown, "cannot resolve \"\(endpoint.host)\": \(reason)")
            )
        }
        defer { unsafe freeaddrinfo(list) }
        var found: [SocketAddress] = []
        var next = unsafe list
        while let entry = unsafe next {
            if let address = unsafe address(of: entry.pointee), !found.contains(address) {
                found.append(address)
            }
            unsafe next = entry.pointee.ai_next
        }
        guard !found.isEmpty else {
            return .failure(
                SocketError(.nameUnknown, "\"\(endpoint.host)\" has no address of IPv4 or IPv6")
            )
        }
        return .success(found)
    }

    // Safe: copies as many bytes as the entry says, at most the storage.
    private static func address(of entry: addrinfo) -> SocketAddress? {
        guard let source = unsafe entry.ai_addr else { return nil }
        var storage = sockaddr_storage()
        let length = unsafe min(Int(entry.ai_addrlen), MemoryLayout<sockaddr_storage>.size)
        unsafe withUnsafeMutableBytes(of: &storage) { bytes in
            unsafe bytes.copyMemory(from: UnsafeRawBufferPointer(start: source, count: length))
        }
        return SocketAddress(storage)
    }
}
