internal import Calls
internal import Messages
internal import Model

/// `nexors outbox retry`: sends again what was given up.
enum OutboxRetryCommand {
    private static let specification = CommandSpecification(
        "outbox retry",
        "Sends wishes that were given up again, in order, for three more days.",
        options: [
            OutboxArguments.program,
            .value("id", "ID", "which, as `nexors outbox list` shows it"),
            .flag("all", "all that this program has given up"),
            .data, .json,
        ],
        discussion: """
            Safe to say: a receiver that has carried a wish out answers as it did then. It remembers for 14 days, so a
            wish older than 11 is refused here. One that is refused again is given up again. Mend the cause first.
            """,
        examples: [
            "nexors outbox retry --program dispatch --all",
            "nexors outbox retry --program payments --id idem_01jd0c5m8e7q2x9v4k6h3n1r5t",
        ]
    )

    static let command = OperatorCommand(specification) { arguments, context in
        let service = try OutboxArguments.service(arguments, specification)
        let key = try OutboxArguments.key(arguments, specification)
        guard let service, (key == nil) == arguments.has("all") else {
            throw UsageError("say which: --id ID, or --all", specification)
        }
        let settings = try arguments.installation.requiredSettings()
        let panel = try ControlPanel(arguments.installation, settings, context)
        let reply: RetryParkedReply
        switch await panel.retryParked(key, by: service) {
        case .success(let answer): reply = answer
        case .failure(let error): throw OutboxArguments.failure(service, error, settings)
        }
        if key != nil, reply.freedCount == 0, reply.tooOldCount == 0 {
            throw OperatorError(
                "\(service.text) has given up no wish with this id.",
                advice: "`nexors outbox list` shows what it has given up."
            )
        }
        if arguments.has("json") {
            context.console.say(
                JSONLine.text([
                    "program": .text(service.text), "retried": .whole(Int(reply.freedCount)),
                    "too_old": .whole(Int(reply.tooOldCount)),
                ])
            )
        } else if reply.freedCount > 0 || reply.tooOldCount == 0 {
            let count = Figures.count(Int(reply.freedCount), "wish", plural: "wishes")
            context.console.say("\(service.text) sends \(count) again.")
        }
        guard reply.tooOldCount > 0 else { return .ok }
        throw OperatorError(
            "Not sent again, being older than 11 days: "
                + "\(Figures.count(Int(reply.tooOldCount), "wish", plural: "wishes")). "
                + "A receiver may have forgotten by now whether it carried one out.",
            advice: "See by hand what became of each, then `nexors outbox drop` it."
        )
    }
}
