internal import Calls
internal import HTTP
internal import Messages
internal import Model
internal import Timekeeping

/// `nexors outbox list`: the wishes to other programs that were given up.
enum OutboxListCommand {
    private static let specification = CommandSpecification(
        "outbox list",
        "Shows wishes to other programs that were given up and wait for a decision.",
        options: [
            .value("program", "NAME", "whose outbox (default: all five programs')"), .data, .json,
        ],
        discussion: """
            A program sends what it wants of another until it is answered. It gives up when the other refuses for good,
            or gives no final answer for three days; whatever else it wants for the same booking or tenant waits behind
            that. Exits with 1 where a program does not answer.
            """,
        examples: ["nexors outbox list", "nexors outbox list --program dispatch --json"]
    )

    static let command = OperatorCommand(specification) { arguments, context in
        let settings = try arguments.installation.requiredSettings()
        let wanted = try OutboxArguments.service(arguments, specification)
        let panel = try ControlPanel(arguments.installation, settings, context)
        let services = ServiceName.allCases.filter { wanted == nil || $0 == wanted }
        let outcomes = await panel.parked(by: services)
        var areAnswered = true
        var count = 0
        for (service, outcome) in outcomes {
            switch outcome {
            case .failure(let error):
                areAnswered = false
                context.console.note(OutboxArguments.failure(service, error, settings).message)
            case .success(let commands):
                count += commands.count
                for command in commands {
                    if arguments.has("json") {
                        context.console.say(line(service, command))
                    } else {
                        let lines = lines(service, command, now: context.time.wallTime)
                        for line in lines { context.console.say(line) }
                    }
                }
                if commands.count >= ControlPanel.parkedCountMax {
                    context.console.note("\(service.text) has more: only the oldest are shown.")
                }
            }
        }
        guard !arguments.has("json") else { return areAnswered ? .ok : .failed }
        if count > 0 {
            context.console.say(
                """
                \(Figures.count(count, "wish", plural: "wishes")). When the cause is mended:
                  nexors outbox retry --program NAME --id ID      sends it again; --all in place of --id sends all
                  nexors outbox drop --program NAME --id ID --reason TEXT      forgets it; what waits behind it goes on
                """
            )
        } else if areAnswered {
            context.console.say("Nothing was given up.")
        }
        return areAnswered ? .ok : .failed
    }

    /// A wish for people, as three lines.
    static func lines(_ service: ServiceName, _ command: ParkedCommand, now: WallTime) -> [String] {
        let names = command.names
        var about = "tenant \(command.tenant.rawValue)"
        if !command.booking.isNone { about += ", booking \(command.booking)" }
        var times =
            "  wished for \(RFC3339.text(command.createdAt, .none)), given up "
            + "\(RFC3339.text(command.parkedAt, .none))"
            + " (\(Figures.time(command.parkedAt.duration(to: now))) ago)"
        if command.blockedCount > 0 {
            let behind = Figures.count(
                Int(command.blockedCount),
                "later wish",
                plural: "later wishes"
            )
            times += "; \(behind) behind it"
        }
        return [
            "\(service.text)  \(command.key)  \(names.method) at \(names.destination), \(about)",
            times,
            "  \(command.reason)",
        ]
    }

    /// A wish for programs.
    static func line(_ service: ServiceName, _ command: ParkedCommand) -> String {
        let names = command.names
        return JSONLine.text([
            "program": .text(service.text), "id": .text("\(command.key)"),
            "destination": .text(names.destination), "method": .text(names.method),
            "tenant": .whole(Int(clamping: command.tenant.rawValue)),
            "booking": command.booking.isNone ? .none : .text("\(command.booking)"),
            "wished_at": .text(RFC3339.text(command.createdAt)),
            "given_up_at": .text(RFC3339.text(command.parkedAt)),
            "waiting_behind": .whole(Int(command.blockedCount)),
            "reason": .text(command.reason),
        ])
    }
}
