/// One command of `nexors`: what it is called and takes, and what it does.
package struct OperatorCommand: Sendable {
    /// Its name, arguments and help.
    package let specification: CommandSpecification
    /// Does it.
    ///
    /// - Throws: `UsageError` for values that cannot be, `OperatorError` for what failed.
    package let run: @Sendable (ParsedArguments, OperatorContext) async throws -> OperatorExit

    /// A command.
    package init(
        _ specification: CommandSpecification,
        _ run:
            @escaping @Sendable (ParsedArguments, OperatorContext) async throws -> OperatorExit
    ) {
        self.specification = specification
        self.run = run
    }
}

extension OptionSpecification {
    /// The installation's folder, an option of nearly every command.
    package static let data = OptionSpecification.value(
        "data",
        "DIR",
        default: ".nexors",
        "the installation's folder"
    )
    /// Figures for programs instead of people.
    package static let json = OptionSpecification.flag("json", "print JSON, one object a line")
}

extension ParsedArguments {
    /// The installation that `--data` names.
    package var installation: Installation { Installation(text("data") ?? ".nexors") }
}
