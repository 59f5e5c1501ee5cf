package import HTTP
internal import Synchronization
internal import Telemetry

/// What the public port counts: requests by route and status, and what was turned away.
package final class GatewayMetrics: HTTPObserver, Sendable {
    private final class Route: Sendable {
        let template: String
        let durations: Histogram
        /// The answer that the description names first, which most are.
        let usual: Answer
        /// Its counter, found without hashing; made with the first such answer.
        let usualCount = Mutex<Counter?>(nil)

        init(template: String, durations: Histogram, usual: Answer) {
            self.template = template
            self.durations = durations
            self.usual = usual
        }
    }

    private struct Answer: Hashable {
        /// The route's place; -1 where none matched.
        let route: Int
        let method: HTTPMethod
        let status: UInt16
    }

    private let registry: MetricsRegistry
    /// In the order of the router's.
    private let routes: [Route]
    /// All but the usual ones, made when a status is first seen: most pairs of route and status never happen.
    private let answers = Mutex<[Answer: Counter]>([:])
    private let refusals: Counter
    private let refusedConnections: Counter

    /// Metrics of `routes`.
    init(_ registry: MetricsRegistry, _ routes: [APIRoute]) {
        self.registry = registry
        self.routes = routes.enumerated().map { index, route in
            let usual = Answer(
                route: index,
                method: route.method,
                status: UInt16(clamping: route.operation.responses.first?.status ?? 200)
            )
            return Route(
                template: route.template,
                durations: registry.histogram(
                    "nexors_http_server_request_duration_seconds",
                    "From the complete request to the head of the answer.",
                    labels: [("method", route.method.name), ("route", route.template)]
                ),
                usual: usual
            )
        }
        refusals = registry.counter(
            "nexors_http_server_refused_requests_total",
            "Requests that were malformed or over a limit."
        )
        refusedConnections = registry.counter(
            "nexors_http_server_refused_connections_total",
            "Connections above the limit."
        )
    }

    package func requestAnswered(_ record: HTTPRequestRecord) {
        let answer = Answer(
            route: record.route ?? -1,
            method: record.method,
            status: record.status.code
        )
        var template = "none"
        if let index = record.route {
            let route = routes[index]
            route.durations.record(record.nanoseconds)
            template = route.template
            if route.usual == answer {
                let counter = route.usualCount.withLock { usual -> Counter in
                    if let usual { return usual }
                    let counter = Self.counter(registry, of: answer, template: template)
                    usual = counter
                    return counter
                }
                return counter.increment()
            }
        }
        let counter = answers.withLock { answers -> Counter in
            if let counter = answers[answer] { return counter }
            let counter = Self.counter(registry, of: answer, template: template)
            answers[answer] = counter
            return counter
        }
        counter.increment()
    }

    private static func counter(
        _ registry: MetricsRegistry,
        of answer: Answer,
        template: String
    ) -> Counter {
        registry.counter(
            "nexors_http_server_requests_total",
            "Requests that were answered.",
            labels: [
                ("method", answer.method.name), ("route", template),
                ("status", "\(answer.status)"),
            ]
        )
    }

    package func requestRefused(_ refusal: RequestRefusal) { refusals.increment() }

    package func connectionRefused() { refusedConnections.increment() }
}
