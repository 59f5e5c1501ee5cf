import HTTP
import ProviderModel
import Reactor
import Synchronization
import Timekeeping
import Transport

/// The model, its journal and its server, on one loop.
final class StandIn: ChannelListenerDelegate, Sendable {
    private struct State {
        var model = PayPalModel()
        var journal: ModelJournal?
        var server: HTTPServer?
        var listener: ChannelListener?
    }

    /// How long a request that is never answered is kept: longer than any client's patience.
    private static let hangTime = Duration.seconds(50)
    /// The headers that the model looks at.
    private static let headerNames = [
        HeaderName.authorization, HeaderName("PayPal-Request-Id"), HeaderName("Prefer"),
        HeaderName("PayPal-Mock-Response"),
    ]
    private static let paths: [(HTTPMethod, String)] = [
        (.post, "/v1/oauth2/token"), (.post, "/v2/checkout/orders"),
        (.get, "/v2/checkout/orders/{id}"), (.post, "/v2/checkout/orders/{id}/authorize"),
        (.get, "/v2/payments/authorizations/{id}"),
        (.post, "/v2/payments/authorizations/{id}/capture"),
        (.post, "/v2/payments/authorizations/{id}/void"), (.get, "/v2/payments/captures/{id}"),
        (.post, "/v2/payments/captures/{id}/refund"), (.get, "/v2/payments/refunds/{id}"),
        (.post, "/standin/faults"), (.delete, "/standin/faults"), (.post, "/standin/settings"),
        (.get, "/standin/totals"), (.get, "/standin/captures"),
    ]

    // Held while the model works, which takes microseconds and calls nobody.
    private let state = Mutex(State())
    private let time = SystemTimeSource()

    /// A stand-in that goes on where the journal ends.
    init(journal path: String?) throws(ModelJournal.Fault) {
        guard let path else { return }
        var model = PayPalModel()
        let journal = try ModelJournal(path: path) { request, moment in
            _ = model.receive(request, at: moment)
        }
        let parts = Parts(model: model, journal: journal)
        state.withLock {
            $0.model = parts.model
            $0.journal = parts.journal
        }
    }

    // Safe: built by the initialiser and given to the lock at once.
    private struct Parts: @unchecked Sendable {
        let model: PayPalModel
        let journal: ModelJournal
    }

    /// Starts to listen; call it on the loop.
    func listen(on address: SocketAddress, loop: EventLoop) throws(SocketError) -> SocketAddress {
        var router = Router<HTTPHandler>()
        for (method, path) in Self.paths {
            router.suspending(method, path) { [self] request, context in
                await answer(request, context)
            }
        }
        let server = HTTPServer(loop: loop, router: router)
        let listener = try ChannelListener(
            loop: loop,
            address: address,
            security: .plain,
            options: server.options.channel,
            delegate: self
        )
        let kept = Kept(server: server, listener: listener)
        state.withLock {
            $0.server = kept.server
            $0.listener = kept.listener
        }
        return listener.address ?? address
    }

    // Safe: both are touched on their loop only.
    private struct Kept: @unchecked Sendable {
        let server: HTTPServer
        let listener: ChannelListener
    }

    func channelListener(_ listener: ChannelListener, accepted channel: ByteChannel) {
        let server = state.withLock { $0.server.map { Kept(server: $0, listener: listener) } }
        server?.server.accept(channel)
    }

    private func answer(_ request: HTTPRequest, _ context: HTTPContext) async -> HTTPResponse {
        switch take(request) {
        case .answer(let response, let delay):
            if delay > .zero { _ = await context.loop.sleep(for: delay) }
            return Self.response(response)
        case .hang:
            _ = await context.loop.sleep(for: Self.hangTime)
            return Self.cut
        case .drop:
            return Self.cut
        }
    }

    private func take(_ request: HTTPRequest) -> ModelReply {
        var asked = ModelRequest(request.method.name, request.pathText, body: request.body)
        for name in Self.headerNames {
            if let value = request.value(of: name) {
                asked.headers[name.text.lowercased()] = value
            }
        }
        let now = time.wallTime
        return state.withLock { [asked] state in
            if let journal = state.journal, ModelJournal.wants(asked) {
                // What cannot be kept is not done.
                guard (try? journal.append(asked, at: now)) != nil else { return .drop }
            }
            return state.model.receive(asked, at: now)
        }
    }

    private static func response(_ response: ModelResponse) -> HTTPResponse {
        var answer = HTTPResponse(HTTPStatus(code: UInt16(clamping: response.status)))
        if !response.body.isEmpty { answer.body = .bytes(response.body) }
        if let seconds = response.retryAfterSeconds {
            answer.fields.append(ResponseField(.retryAfter, String(seconds)))
        }
        return answer
    }

    /// An answer that breaks off: its client cannot know what was done.
    private static var cut: HTTPResponse {
        HTTPResponse(.ok, body: .stream(byteCount: 2) { $0.abandon() })
    }
}
