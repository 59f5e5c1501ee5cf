internal import Foundation
internal import HTTPClient
internal import OperatorCommands
internal import Timekeeping

/// Answers of the gateway's public port, beside nginx that returns the same bytes.
package struct HTTPBenchmark: Benchmark {
    package let name = "http"
    package let summary = "authenticated GET of a booking and a static route, beside nginx"

    /// As `wrk -t1 -c64` has it.
    static let connectionCount = 64
    /// How long each measurement takes.
    static let seconds = 4
    /// The static route: the API's catalogue.
    static let staticPath = "/.well-known/api-catalog"

    /// The benchmark; it starts what it needs when it runs.
    package init() {}

    package func run(_ context: BenchmarkContext) async throws -> [BenchmarkResult] {
        let system = try ShippedSystem(context, bench: name)
        defer { system.stop() }
        try await system.start()
        var plan = DemoTenant.plan(DemoCity())
        // The most that a key may have: what is measured is answering, not refusing.
        plan.requestsPerSecond = 1_000_000
        let partner = try await BenchPartner(system, plan, context)
        let booking = try await partner.bookOne()
        var results: [BenchmarkResult] = []
        for isSecure in [false, true] {
            try await system.restartGateway(isSecure: isSecure)
            results += try await measure(system, partner, booking, isSecure, context)
        }
        return results
    }

    /// One kind of security: both routes of ours and nginx's, turn by turn.
    private func measure(
        _ system: ShippedSystem,
        _ partner: BenchPartner,
        _ booking: String,
        _ isSecure: Bool,
        _ context: BenchmarkContext
    ) async throws -> [BenchmarkResult] {
        let address = system.address(isSecure: isSecure)
        let path = "/v1/bookings/\(booking)"
        let authorization = "Authorization: Bearer \(partner.key)"
        let routes = [
            Route(
                name: "authenticated GET of a booking",
                path: path,
                headers: [authorization],
                target: 0.5
            ),
            Route(name: "static route", path: Self.staticPath, headers: [], target: 0.9),
        ]
        var pages: [(path: String, body: [UInt8])] = []
        for route in routes {
            let body = try await partner.body(address + route.path)
            pages.append((route.path, body))
        }
        let installation = system.installation
        let nginx = try NginxPeer(
            context,
            pages: pages,
            certificate: isSecure
                ? .init(
                    path: installation.key("public.crt"),
                    keyPath: installation.key("public.key")
                ) : nil
        )
        defer { nginx.server.stop() }
        context.progress("http: \(nginx.server.commandLine)")
        let scheme = isSecure ? "https" : "http"
        let peerAddress = "\(scheme)://localhost:\(nginx.port)"
        var own = routes.map { _ in Series() }
        var peer = own
        // Route by route within each run, so that a noisy minute meets them alike and they can be compared.
        for run in 1...context.runCount {
            for (index, route) in routes.enumerated() {
                context.progress(
                    "http: \(route.name), \(isSecure ? "TLS" : "plain"), "
                        + "run \(run) of \(context.runCount)"
                )
                try peer[index].add(peerAddress, route) { nginx.server.cpuSeconds }
                try own[index].add(address, route) { system.cpuSeconds(of: "gateway") }
            }
        }
        return routes.indices.flatMap { index in
            let byteCount = pages[index].body.count
            let label = "\(routes[index].name), \(byteCount) bytes, \(isSecure ? "TLS" : "plain")"
            return Self.results(label, routes[index], own[index], peer[index])
        }
    }

    private static func results(
        _ label: String,
        _ route: Route,
        _ own: Series,
        _ peer: Series
    ) -> [BenchmarkResult] {
        let median = BenchmarkContext.median(of:)
        return [
            BenchmarkResult(
                bench: "http",
                metric: label,
                value: median(own.rates),
                unit: "requests/s",
                peer: median(peer.rates),
                target: .atLeast(route.target),
                targetsRatio: true
            ),
            BenchmarkResult(
                bench: "http",
                metric: "\(label), by the server's CPU",
                value: median(own.perCPUSecond),
                unit: "requests/s of CPU",
                peer: median(peer.perCPUSecond)
            ),
            BenchmarkResult(
                bench: "http",
                metric: "\(label), CPU of the server",
                value: median(own.serverCores),
                unit: "cores",
                peer: median(peer.serverCores)
            ),
            BenchmarkResult(
                bench: "http",
                metric: "\(label), CPU of wrk",
                value: median(own.generatorCores),
                unit: "cores",
                peer: median(peer.generatorCores)
            ),
        ]
    }

    private struct Route {
        let name: String
        let path: String
        let headers: [String]
        let target: Double
    }

    /// The runs of one route on one server.
    private struct Series {
        var rates: [Double] = []
        var perCPUSecond: [Double] = []
        var serverCores: [Double] = []
        var generatorCores: [Double] = []

        mutating func add(_ address: String, _ route: Route, _ cpuSeconds: () -> Double) throws {
            let before = cpuSeconds()
            let run = try WrkRun.measure(
                address + route.path,
                headers: route.headers,
                connectionCount: HTTPBenchmark.connectionCount,
                seconds: HTTPBenchmark.seconds
            )
            let used = cpuSeconds() - before
            rates.append(run.requestsPerSecond)
            perCPUSecond.append(
                run.requestsPerSecond * Double(HTTPBenchmark.seconds) / max(1e-3, used)
            )
            serverCores.append(used / Double(HTTPBenchmark.seconds))
            generatorCores.append(run.generatorCores)
        }
    }
}
