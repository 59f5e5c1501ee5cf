package import HTTP
internal import Synchronization
internal import Telemetry

/// What the public port counts: requests by route and status, and what was turned away.
package final class GatewayMetrics: HTTPObserver, Sendable {
    private struct Route: Hashable {
        let method: HTTPMethod
        let template: String
    }

    private struct Answer: Hashable {
        let route: Route
        let status: UInt16
    }

    private let registry: MetricsRegistry
    private let durations: [Route: Histogram]
    /// Made when a status is first seen: routes and statuses are few, and most pairs never happen.
    private let answers = Mutex<[Answer: Counter]>([:])
    private let refusals: Counter
    private let refusedConnections: Counter

    /// Metrics of `routes`.
    init(_ registry: MetricsRegistry, _ routes: [APIRoute]) {
        self.registry = registry
        var durations: [Route: Histogram] = [:]
        for route in routes {
            durations[Route(method: route.method, template: route.template)] = registry.histogram(
                "nexors_http_server_request_duration_seconds",
                "From the complete request to the head of the answer.",
                labels: [("method", route.method.name), ("route", route.template)]
            )
        }
        self.durations = durations
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
        let route = Route(method: record.method, template: record.template ?? "none")
        durations[route]?.record(record.duration)
        let answer = Answer(route: route, status: record.status.code)
        let counter = answers.withLock { answers -> Counter in
            if let counter = answers[answer] { return counter }
            let counter = registry.counter(
                "nexors_http_server_requests_total",
                "Requests that were answered.",
                labels: [
                    ("method", route.method.name), ("route", route.template),
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
