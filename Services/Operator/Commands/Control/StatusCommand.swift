internal import HTTP
internal import Messages
internal import Model
internal import Timekeeping
internal import WireFormat

/// `nexors status`: how the five programs are.
enum StatusCommand {
    static let command = OperatorCommand(
        CommandSpecification(
            "status",
            "Shows how the five programs are.",
            options: [.data, .json],
            discussion: """
                "down" listens nowhere, "hangs" listens and does not answer, "fails" answers with an error, "degraded"
                serves without one of its peers. Exits with 1 where a program is none of ready and degraded.
                """,
            examples: ["nexors status", "nexors status --json --data /var/tmp/nexors"]
        )
    ) { arguments, context in
        let installation = arguments.installation
        let settings = try installation.requiredSettings()
        let panel = try ControlPanel(installation, settings, context)
        let statuses = await panel.statuses().map { service, outcome in
            (
                service,
                outcome.mapError { error in Silence(settings.ports.calls(of: service), error) }
            )
        }
        var table = TextTable(
            [
                "program", "state", "version", "up for", "connections", "outbox", "peers",
                "business time",
            ],
            [.left, .left, .left, .right, .right, .right]
        )
        for (service, outcome) in statuses {
            if arguments.has("json") {
                context.console.say(line(service, outcome))
            } else {
                table.add(row(service, outcome))
            }
        }
        if !arguments.has("json") {
            for line in table.lines { context.console.say(line) }
            for (service, outcome) in statuses {
                guard case .failure(let silence) = outcome else { continue }
                context.console.say("\(service.text) \(silence.state): \(silence.reason)")
            }
        }
        if statuses.contains(where: { (try? $0.1.get()).map(parkedCount) ?? 0 > 0 }) {
            context.console.note(
                "Wishes to other programs were given up and wait for a decision: `nexors outbox list` shows them."
            )
        }
        let areReady = statuses.allSatisfy { _, outcome in
            (try? outcome.get())?.isReady ?? false
        }
        if !areReady {
            context.console.note(
                "Not all programs are ready. Logs are in \(installation.root)/logs; `nexors doctor` checks the rest."
            )
        }
        return areReady ? .ok : .failed
    }

    private static func state(_ status: ServiceStatusReply) -> String {
        if status.isDraining { return "draining" }
        guard status.isReady else { return "not ready" }
        let isDegraded = status.peers.contains { !$0.isReachable }
        return isDegraded ? "degraded" : "ready"
    }

    private static func row(
        _ service: ServiceName,
        _ outcome: Result<ServiceStatusReply, Silence>
    ) -> [String] {
        switch outcome {
        case .success(let status):
            return [
                service.text, state(status), status.version,
                Figures.time(status.startedAt.duration(to: status.realTime)),
                String(status.connectionCount), outbox(status), peers(status),
                RFC3339.text(status.businessTime, .none),
            ]
        case .failure(let silence): return [service.text, silence.state]
        }
    }

    /// What waits, and how much of it was given up.
    private static func outbox(_ status: ServiceStatusReply) -> String {
        let parkedCount = parkedCount(status)
        return parkedCount == 0
            ? "\(status.outboxCount)" : "\(status.outboxCount), \(parkedCount) parked"
    }

    private static func parkedCount(_ status: ServiceStatusReply) -> Int {
        status.parked.reduce(0) { $0 + Int($1.entryCount) }
    }

    private static func peers(_ status: ServiceStatusReply) -> String {
        status.peers.map { peer in
            let name = ServiceName(rawValue: peer.service)?.text ?? "\(peer.service)"
            return peer.isReachable ? name : "\(name) (lost)"
        }
        .joined(separator: " ")
    }

    private static func line(
        _ service: ServiceName,
        _ outcome: Result<ServiceStatusReply, Silence>
    ) -> String {
        switch outcome {
        case .success(let status):
            return JSONLine.text([
                "program": .text(service.text), "state": .text(state(status)),
                "version": .text(status.version),
                "uptime_seconds": .whole(
                    Int(status.startedAt.duration(to: status.realTime).wholeMilliseconds / 1000)
                ),
                "connections": .whole(Int(status.connectionCount)),
                "outbox": .whole(Int(status.outboxCount)), "parked": .whole(parkedCount(status)),
                "business_time": .text(RFC3339.text(status.businessTime)),
            ])
        case .failure(let silence):
            return JSONLine.text([
                "program": .text(service.text), "state": .text(silence.state),
                "error": .text(silence.reason),
                "process": silence.holder.map { .whole(Int($0.id)) } ?? .none,
            ])
        }
    }
}
