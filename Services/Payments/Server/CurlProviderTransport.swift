internal import HTTPClient
package import Reactor
package import Telemetry
package import Timekeeping

/// The way to a provider over the network: libcurl on an event loop.
///
/// It keeps apart what money must know: not sent, unknown, answered. It repeats nothing, follows no redirect, and
/// takes no answer larger than `answerByteCountMax`.
package final class CurlProviderTransport: ProviderTransport {
    /// The largest answer that is read: an order with all its captures and refunds has some 10 KiB.
    package static let answerByteCountMax = 256 * 1024
    /// Calls without an answer in a row after which the provider counts as out of reach.
    package static let silenceCountMax: Int64 = 3

    /// How a provider is reached.
    package struct Settings: Sendable {
        /// Scheme, host and port, without a slash at the end.
        package let baseURL: String
        /// The authorities trusted, a PEM file; `nil` trusts the system's.
        package let authorityPath: String?
        /// How long one call may take, from connecting to the last byte.
        package let timeMax: Duration

        /// A provider at `baseURL`, without a slash at its end; a call takes `timeMax` at the most.
        package init(baseURL: String, authorityPath: String? = nil, timeMax: Duration) {
            self.baseURL = baseURL
            self.authorityPath = authorityPath
            self.timeMax = timeMax
        }
    }

    private let settings: Settings
    private let client: HTTPClient
    private let metrics: ProviderMetrics
    private let time: any TimeSource
    private let isUp: @Sendable (Bool) -> Void

    /// A transport on `loop`; close it before the loop stops.
    ///
    /// - Parameter isUp: Told after each call whether the provider counts as in reach. Must not block.
    /// - Returns: `nil` where libcurl has no memory.
    package init?(
        _ settings: Settings,
        loop: EventLoop,
        registry: MetricsRegistry,
        time: any TimeSource = SystemTimeSource(),
        isUp: @escaping @Sendable (Bool) -> Void = { _ in }
    ) {
        var options = HTTPClientOptions()
        options.bodyByteCountMax = Self.answerByteCountMax
        options.authorityPath = settings.authorityPath
        options.connectTimeMax = min(options.connectTimeMax, settings.timeMax)
        // The worker's own bound, and one for tokens.
        options.connectionsPerHostMax = ProviderWorker.concurrencyMax * 2
        guard let client = HTTPClient(loop: loop, options: options) else { return nil }
        self.settings = settings
        self.client = client
        self.time = time
        self.isUp = isUp
        metrics = ProviderMetrics(registry)
    }

    package func send(_ request: ProviderRequest) async -> ProviderReply {
        let asked = HTTPClientRequest(
            request.method == .get ? .get : .post,
            settings.baseURL + request.path,
            fields: request.headers.map { ($0.name, $0.value) },
            body: request.body,
            timeMax: settings.timeMax
        )
        let begin = time.now
        let reply: ProviderReply
        do throws(HTTPClientError) {
            let response = try await client.send(asked)
            reply = .response(status: Int(response.status), body: response.body)
        } catch {
            reply = Self.reply(for: error)
        }
        let silenceCount = metrics.record(reply, begin.duration(to: time.now))
        isUp(silenceCount < Self.silenceCountMax)
        return reply
    }

    /// What an error means for money.
    static func reply(for error: HTTPClientError) -> ProviderReply {
        if error.outcome == .notSent { return .notSent }
        switch error.code {
        case .timedOut: return .timeout
        case .responseTooLarge, .headersTooLarge:
            // Answered, but not to be read: the status alone counts, and without a body no success is believed.
            return error.status.map { .response(status: Int($0), body: []) } ?? .connectionLost
        default: return .connectionLost
        }
    }

    /// Cuts off what is under way, whose outcome is then unknown, and closes the connections. From any task.
    package func close() async {
        await client.loop.submit { [client] in client.close() }
    }
}
