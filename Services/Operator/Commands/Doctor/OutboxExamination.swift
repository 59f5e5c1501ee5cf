internal import Messages
internal import Model

/// What the running programs gave up and nobody has decided about.
enum OutboxExamination {
    private static let area = "outbox"

    /// Programs that do not run are left out: that is no fault of an installation that is being examined.
    static func findings(
        _ installation: Installation,
        _ settings: Installation.Settings?,
        _ context: OperatorContext
    ) async -> [Finding] {
        guard let settings, let panel = try? ControlPanel(installation, settings, context) else {
            return []
        }
        return await panel.statuses().compactMap { service, outcome in
            (try? outcome.get()).map { finding(service, $0) }
        }
    }

    static func finding(_ service: ServiceName, _ status: ServiceStatusReply) -> Finding {
        let parkedCount = status.parked.reduce(0) { $0 + Int($1.entryCount) }
        guard parkedCount > 0 else {
            return .ok(area, service.text, "nothing was given up")
        }
        let receivers = status.parked.map { parked in
            ServiceName(rawValue: parked.destination)?.text ?? "\(parked.destination)"
        }
        return .warning(
            area,
            service.text,
            "\(Figures.count(parkedCount, "wish", plural: "wishes")) to "
                + "\(receivers.joined(separator: ", ")) given up",
            advice:
                "`nexors outbox list` shows them; mend the cause, then retry or drop each."
        )
    }
}
