internal import Calls
internal import TestSupport
internal import Timekeeping
internal import WireFormat

/// A stream over a connection of its own: what is sent arrives in order, or the connection breaks and both ends hear of
/// it, each in its time.
final class Pipe {
    /// What travels.
    private enum Parcel {
        case message([UInt8], isEnd: Bool)
        /// The server has ended the call, or the client has cancelled it.
        case end(Result<[UInt8]?, CallError>)
    }

    /// One way.
    private struct Way {
        let source: Endpoint
        let target: Endpoint
        var queue: [Parcel] = []
    }

    /// How soon an end notices that the connection is gone: at once by a reset, or by a silence.
    private static let noticeMilliseconds: ClosedRange<Int64> = 1...4000
    /// How soon lost bytes come again.
    private static let repeatMilliseconds: ClosedRange<Int64> = 200...1500

    private unowned let world: World
    private unowned let network: Network
    private let label: String
    private var toServer: Way
    private var toClient: Way
    /// Whether nothing passes any more.
    private(set) var isBroken = false
    private var isClientOver = false
    private var isServerOver = false

    /// The client's ears: a message, and the end of the call.
    var onMessage: ([UInt8]) -> Void = { _ in }
    var onEnd: (Result<[UInt8]?, CallError>) -> Void = { _ in }
    /// The server's ears: a further message, and that the client is gone.
    var onClientMessage: ([UInt8], Bool) -> Void = { _, _ in }
    var onClientGone: (CallError) -> Void = { _ in }
    /// The server may send one message more.
    var onRead: () -> Void = {}

    init(_ world: World, _ network: Network, _ client: Endpoint, _ server: Endpoint, label: String)
    {
        self.world = world
        self.network = network
        self.label = label
        toServer = Way(source: client, target: server)
        toClient = Way(source: server, target: client)
    }

    /// Whether it is between these two.
    func links(_ one: Endpoint, _ other: Endpoint) -> Bool {
        (toServer.source == one && toServer.target == other)
            || (toServer.source == other && toServer.target == one)
    }

    /// Whether one end of it is `endpoint`.
    func ends(at endpoint: Endpoint) -> Bool {
        toServer.source == endpoint || toServer.target == endpoint
    }

    // MARK: Sending

    func sendToServer(_ message: [UInt8], isEnd: Bool) {
        send(.message(message, isEnd: isEnd), isToServer: true)
    }

    func sendToClient(_ message: [UInt8]) {
        send(.message(message, isEnd: false), isToServer: false)
    }

    /// The server has ended the call.
    func endFromServer(_ outcome: Result<[UInt8]?, CallError>) {
        isServerOver = true
        send(.end(outcome), isToServer: false)
    }

    /// The client wants nothing more.
    func cancelFromClient() {
        guard !isClientOver else { return }
        isClientOver = true
        send(
            .end(.failure(CallError(.cancelled, "the caller cancelled the call"))),
            isToServer: true
        )
    }

    /// The client has read a message.
    func noteRead() {
        if !isBroken { onRead() }
    }

    private func send(_ parcel: Parcel, isToServer: Bool) {
        guard !isBroken else { return }
        let way = isToServer ? toServer : toClient
        if isToServer {
            toServer.queue.append(parcel)
        } else {
            toClient.queue.append(parcel)
        }
        let passage = network.passage(from: way.source, to: way.target)
        if passage.isReset { return fail("reset") }
        var delay = passage.delay
        if passage.isLost {
            delay += world.random.draw(.network) { $0.duration(Self.repeatMilliseconds) }
        }
        world.after(delay) { [weak self] in self?.arrive(isToServer: isToServer) }
    }

    /// Lets the oldest parcel of a way arrive: whichever came over first, the order is kept.
    private func arrive(isToServer: Bool) {
        guard !isBroken else { return }
        let way = isToServer ? toServer : toClient
        switch network.state(from: way.source, to: way.target) {
        case .cut: return fail("cut")
        case .clogged:
            network.hold(from: way.source, to: way.target) { [weak self] in
                self?.arrive(isToServer: isToServer)
            }
            return
        case .open: break
        }
        let parcel = isToServer ? toServer.queue.removeFirst() : toClient.queue.removeFirst()
        switch (parcel, isToServer) {
        case (.message(let bytes, let isEnd), true):
            if !isServerOver { onClientMessage(bytes, isEnd) }
        case (.message(let bytes, _), false):
            if !isClientOver { onMessage(bytes) }
        case (.end(let outcome), false):
            finish()
            guard !isClientOver else { return }
            isClientOver = true
            onEnd(outcome)
        case (.end(let outcome), true):
            finish()
            guard !isServerOver, case .failure(let error) = outcome else { return }
            isServerOver = true
            onClientGone(error)
        }
    }

    private func finish() {
        isBroken = true
        network.drop(self)
    }

    // MARK: Breaking

    /// The connection is gone. - Parameter dead: The end that hears nothing, since it is gone itself.
    func fail(_ reason: String, dead: Endpoint? = nil) {
        guard !isBroken else { return }
        finish()
        world.note("\(toServer.source.text)=\(toServer.target.text) \(label) breaks: \(reason)")
        world.hit("stream-break")
        for isServer in [true, false] where dead != (isServer ? toServer.target : toServer.source) {
            let wait = world.random.draw(.network) { $0.duration(Self.noticeMilliseconds) }
            world.after(wait) { [self] in notice(isServer: isServer) }
        }
    }

    private func notice(isServer: Bool) {
        if isServer {
            guard !isServerOver else { return }
            isServerOver = true
            onClientGone(.connectionLost)
        } else {
            guard !isClientOver else { return }
            isClientOver = true
            onEnd(.failure(.connectionLost))
        }
    }
}
