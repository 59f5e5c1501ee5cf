package import Reactor

/// What a handler knows beside the request.
package struct HTTPContext: Sendable {
    /// The loop that the handler runs on, and stays on wherever it suspends.
    package let loop: EventLoop
    /// What stood in the holes of the route's template.
    package let captures: PathCaptures
    /// The client's address, or its proxy's; `nil` on a pair of local sockets.
    package let peerAddress: SocketAddress?

    /// The context of a request; made by the connection, and by simulations.
    package init(loop: EventLoop, captures: PathCaptures, peerAddress: SocketAddress?) {
        self.loop = loop
        self.captures = captures
        self.peerAddress = peerAddress
    }
}

/// What answers a request.
package enum HTTPHandler: Sendable {
    /// Answers at once, on the loop: for what is in memory already. Blocking holds every connection.
    case immediate(@Sendable (HTTPRequest, HTTPContext) throws(Problem) -> HTTPResponse)
    /// Answers when it has its data. Runs on the connection's loop, is cancelled when the client goes away
    /// or its time is over, and must then return.
    case suspending(@Sendable (HTTPRequest, HTTPContext) async throws(Problem) -> HTTPResponse)
    /// Decides on the loop, at once, whether it can answer or has to wait: for what is mostly in memory.
    case adaptive(@Sendable (HTTPRequest, HTTPContext) throws(Problem) -> HTTPOutcome)
}

/// What an adaptive handler decided.
package enum HTTPOutcome: Sendable {
    /// The answer.
    case answer(HTTPResponse)
    /// What finds the answer; it runs as a suspending handler does.
    case later(@Sendable () async throws(Problem) -> HTTPResponse)
}

extension Router<HTTPHandler> {
    /// Adds a route that answers at once.
    package mutating func immediate(
        _ method: HTTPMethod,
        _ template: String,
        _ body: @escaping @Sendable (HTTPRequest, HTTPContext) throws(Problem) -> HTTPResponse
    ) {
        add(method, template, .immediate(body))
    }

    /// Adds a route whose handler may wait.
    package mutating func suspending(
        _ method: HTTPMethod,
        _ template: String,
        _ body: @escaping @Sendable (HTTPRequest, HTTPContext) async throws(Problem) -> HTTPResponse
    ) {
        add(method, template, .suspending(body))
    }

    /// Adds a route whose handler decides each time whether it has to wait.
    package mutating func adaptive(
        _ method: HTTPMethod,
        _ template: String,
        _ body: @escaping @Sendable (HTTPRequest, HTTPContext) throws(Problem) -> HTTPOutcome
    ) {
        add(method, template, .adaptive(body))
    }
}
