package import HTTP
internal import Synchronization
internal import Telemetry

/// What the public port counts: requests by route and status, and what was turned away.
package final class GatewayMetrics: HTTPObserver, Sendable {
    private struct Route {
        let template: String
        let durations: Histogram
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
    /// Made when a status is first seen: routes and statuses are few, and most pairs never happen.
    private let answers = Mutex<[Answer: Counter]>([:])
    private let refusals: Counter
    private let refusedConnections: Counter

    /// Metrics of `routes`.
    init(_ registry: MetricsRegistry, _ routes: [APIRoute]) {
        self.registry = registry
        self.routes = routes.map { route in
            Route(
                template: route.template,
                durations: registry.histogram(
                    "nexors_http_server_request_duration_seconds",
                    "From the complete request to the head of the answer.",
                    labels: [("method", route.method.name), ("route", route.template)]
                )
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
        if let index = record.route { routes[index].durations.record(record.duration) }
        let answer = Answer(
            route: record.route ?? -1,
            method: record.method,
            status: record.status.code
        )
        let counter = answers.withLock { answers -> Counter in
            if let counter = answers[answer] { return counter }
            let counter = registry.counter(
                "nexors_http_server_requests_total",
                "Requests that were answered.",
                labels: [
                    ("method", answer.method.name),
                    ("route", record.route.map { routes[$0].template } ?? "none"),
                    ("status", "\(answer.status)"),
                ]
            )
            answers[answer] = counter
            return counter
        }
        counter.increment()
    }

    package func requestRefused(_ refusal: RequestRefusal) { refusals.increment() }

    package func connectionRefused() { refusedConnections.increment() }
}
