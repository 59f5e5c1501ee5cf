internal import Calls
internal import Messages
internal import Model

/// `nexors outbox drop`: forgets a wish that was given up.
enum OutboxDropCommand {
    private static let specification = CommandSpecification(
        "outbox drop",
        "Forgets a wish that was given up; what waits behind it goes on.",
        options: [
            OutboxArguments.program,
            .value("id", "ID", required: true, "which, as `nexors outbox list` shows it"),
            .value(
                "reason",
                "TEXT",
                required: true,
                "why, for whoever asks later; no names, at most 200 bytes"
            ),
            .data, .json,
        ],
        discussion: """
            It cannot be undone, and the effect never happens: a dropped capture is money that nobody takes. The
            program's log says who dropped what and why, and its store keeps a record (table outbox_dropped).
            """,
        examples: [
            "nexors outbox drop --program dispatch --id idem_01jd0c5m8e7q2x9v4k6h3n1r5t --reason captured-by-hand"
        ]
    )

    static let command = OperatorCommand(specification) { arguments, context in
        guard let service = try OutboxArguments.service(arguments, specification),
            let key = try OutboxArguments.key(arguments, specification)
        else { throw UsageError("--program and --id are required", specification) }
        let reason = arguments.text("reason") ?? ""
        guard reason.contains(where: { !$0.isWhitespace }),
            reason.utf8.count <= DropParkedRequest.reasonByteCountMax
        else {
            throw UsageError(
                "--reason is a text of 1 to \(DropParkedRequest.reasonByteCountMax) bytes",
                specification
            )
        }
        let settings = try arguments.installation.requiredSettings()
        let panel = try ControlPanel(arguments.installation, settings, context)
        if case .failure(let error) = await panel.dropParked(key, because: reason, by: service) {
            throw OutboxArguments.failure(service, error, settings)
        }
        if arguments.has("json") {
            context.console.say(
                JSONLine.text(["program": .text(service.text), "dropped": .text("\(key)")])
            )
        } else {
            context.console.say("\(service.text) has dropped \(key).")
        }
        return .ok
    }
}
