/// A request to a provider, built by an adapter, sent by whoever has a network.
package struct ProviderRequest: Hashable, Sendable {
    /// The two methods that providers use here.
    package enum Method: String, Hashable, Sendable {
        case get = "GET"
        case post = "POST"
    }

    /// The method.
    package let method: Method
    /// The path below the provider's base address, with its slash.
    package let path: String
    /// Headers in order; the transport adds Host and Content-Length.
    package let headers: [ProviderHeader]
    /// The body; empty with `get`.
    package let body: [UInt8]

    /// A request of the path behind the provider's base; an empty body is none.
    package init(
        _ method: Method,
        _ path: String,
        headers: [ProviderHeader],
        body: [UInt8] = []
    ) {
        self.method = method
        self.path = path
        self.headers = headers
        self.body = body
    }
}

/// One header of a request.
package struct ProviderHeader: Hashable, Sendable {
    package let name: String
    /// One line; may be a secret, so it is never logged.
    package let value: String

    /// A header; neither part holds a line break.
    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// What came back.
package enum ProviderReply: Hashable, Sendable {
    /// An answer, complete.
    case response(status: Int, body: [UInt8])
    /// Not one byte of it left: it was not done.
    case notSent
    /// No answer in time: it may have been done.
    case timeout
    /// The connection broke: it may have been done.
    case connectionLost
}

/// The way to a provider: libcurl in the service, a model in tests and in the simulator.
package protocol ProviderTransport: Sendable {
    /// Sends one request and waits for its end; never throws, since silence is an answer too.
    ///
    /// It repeats nothing by itself: whether a request may be repeated, and under which key, is the core's business.
    func send(_ request: ProviderRequest) async -> ProviderReply
}
