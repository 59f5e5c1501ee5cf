internal import Calls
internal import Messages
internal import Model
internal import WireFormat

/// What the commands about given-up wishes share: which program, which wish, and how a wish is called.
enum OutboxArguments {
    static let program = OptionSpecification.value(
        "program",
        "NAME",
        required: true,
        "whose outbox: gateway, dispatch or payments"
    )

    /// The program that `--program` names; `nil` where it is not given.
    static func service(
        _ arguments: ParsedArguments,
        _ command: CommandSpecification
    ) throws(UsageError) -> ServiceName? {
        guard let name = arguments.text("program") else { return nil }
        guard let service = ServiceName.allCases.first(where: { $0.text == name }) else {
            throw UsageError("--program is gateway, dispatch or payments, not \(name)", command)
        }
        return service
    }

    /// The wish that `--id` names; `nil` where it is not given.
    static func key(
        _ arguments: ParsedArguments,
        _ command: CommandSpecification
    ) throws(UsageError) -> IdempotencyKey? {
        guard let text = arguments.text("id") else { return nil }
        guard let key = IdempotencyKey(text) else {
            throw UsageError(
                "--id is what `nexors outbox list` shows, as idem_01jd0c5m8e7q2x9v4k6h3n1r5t, not \(text)",
                command
            )
        }
        return key
    }

    /// A failed call in words.
    static func failure(
        _ service: ServiceName,
        _ error: CallError,
        _ settings: Installation.Settings
    ) -> OperatorError {
        if error.code == .notFound {
            return OperatorError(
                "\(service.text) has given up no wish with this id.",
                advice: "`nexors outbox list` shows what it has given up."
            )
        }
        let silence = Silence(settings.ports.calls(of: service), error)
        return OperatorError(
            "\(service.text) \(silence.state): \(silence.reason)",
            advice: "See that it runs (`nexors status`), then try again."
        )
    }
}

extension ParkedCommand {
    /// Where it was to go, and what it was to do there.
    var names: (destination: String, method: String) {
        (
            ServiceName(rawValue: destination)?.text ?? "service \(destination)",
            Registry.method(service: destination, id: method)?.name ?? "method \(method)"
        )
    }
}
