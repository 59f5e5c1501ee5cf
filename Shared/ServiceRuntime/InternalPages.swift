internal import HTTP
internal import Telemetry

/// The pages of the internal port.
enum InternalPages {
    /// `/livez`, `/readyz` and `/metrics`.
    static func router(health: Health, registry: MetricsRegistry) -> Router<HTTPHandler> {
        var router = Router<HTTPHandler>()
        // Never asks storage or peers: a restart does not heal those.
        router.immediate(.get, "/livez") { _, _ in .text("alive\n") }
        router.immediate(.get, "/readyz") { _, _ in ready(health.report) }
        router.immediate(.get, "/metrics") { _, _ in
            HTTPResponse(
                contentType: "text/plain; version=0.0.4; charset=utf-8",
                body: .bytes(Array(registry.prometheusText().utf8))
            )
        }
        return router
    }

    /// 200 where the program should be sent work, else 503; both say what is degraded.
    static func ready(_ report: Health.Report) -> HTTPResponse {
        var json = JSONWriter()
        json.beginObject()
        json.key("status")
        json.string(!report.isReady ? "unready" : report.degraded.isEmpty ? "ready" : "degraded")
        json.key("phase")
        json.string(report.phase.rawValue)
        if let fault = report.storageFault {
            json.key("storage")
            json.string(fault)
        }
        json.key("degraded")
        json.beginArray()
        for peer in report.degraded { json.string(peer) }
        json.endArray()
        json.endObject()
        return .json(json.finish(), status: report.isReady ? .ok : .serviceUnavailable)
    }
}
