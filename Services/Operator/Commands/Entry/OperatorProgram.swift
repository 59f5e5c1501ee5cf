internal import Configuration
internal import Reactor
package import ServiceRuntime
internal import Timekeeping

/// `nexors`: finds the command, runs it, and says how it went.
package enum OperatorProgram {
    /// Every command, in the order of the help.
    package static let commands: [OperatorCommand] = [
        UpCommand.command, DemoCommand.command, ReplayCommand.command, StatusCommand.command,
        DoctorCommand.command, TenantApplyCommand.command, TenantShowCommand.command,
        OutboxListCommand.command, OutboxRetryCommand.command, OutboxDropCommand.command,
        TimeSetCommand.command, SecretsWriteCommand.command,
    ]

    /// The help of `nexors` itself.
    package static func help(_ commands: [OperatorCommand]) -> String {
        var table = TextTable(["", ""])
        for command in commands {
            table.add(["  " + command.specification.name, command.specification.summary])
        }
        return
            (["Runs and looks after a Nexors installation.", "", "Usage: \(usage)", ""]
            + table.lines
            + [
                "", "nexors COMMAND --help shows a command's options and an example.",
                "Exit codes: 0 done, 1 failed, 2 the command line is wrong.",
            ])
            .joined(separator: "\n")
    }

    /// The help of the first word of several commands: `nexors tenant --help`.
    private static func help(_ family: String, _ members: [OperatorCommand]) -> String {
        var table = TextTable(["", ""])
        for command in members {
            table.add(["  " + command.specification.name, command.specification.summary])
        }
        return
            (["Usage: nexors \(family) COMMAND [options]", ""] + table.lines
            + ["", "nexors \(family) COMMAND --help shows a command's options and an example."])
            .joined(separator: "\n")
    }

    private static let usage = "nexors COMMAND [options]"
    private static let helpWords: Set<String> = ["--help", "-h", "help"]

    /// Runs what `arguments` (without the program's name) ask for.
    ///
    /// - Parameters:
    ///   - further: Commands of other modules, after ours in the help.
    ///   - stop: Resolved by whoever takes the signals.
    /// - Returns: What the shell is told.
    package static func run(
        _ arguments: [String],
        further: [OperatorCommand] = [],
        console: Console,
        stop: StopRequest
    ) async -> OperatorExit {
        let commands = commands + further
        guard !arguments.isEmpty else {
            console.note(help(commands))
            return .usage
        }
        do {
            if let answer = try answer(arguments, commands) {
                console.say(answer)
                return .ok
            }
            let (command, rest) = try find(arguments, among: commands)
            let parsed = try ParsedArguments(rest, of: command.specification)
            if parsed.asksForHelp {
                console.say(command.specification.help)
                return .ok
            }
            let context = try OperatorContext(
                console: console,
                time: SystemTimeSource(),
                stop: stop
            )
            defer { context.loop.stop() }
            return try await command.run(parsed, context)
        } catch let error as UsageError {
            console.note("nexors: \(error.message)\nUsage: \(error.usage)")
            return .usage
        } catch let error as OperatorError {
            console.note("nexors: \(error.text)")
            return .failed
        } catch {
            console.note("nexors: \(error)")
            return .failed
        }
    }

    /// What is printed without running a command: the version, or the help that was asked for of `nexors`, of a first
    /// word of several commands, or of a command behind `help`; `nil` for anything else.
    static func answer(
        _ arguments: [String],
        _ commands: [OperatorCommand]
    ) throws(UsageError) -> String? {
        guard let first = arguments.first else { return nil }
        if arguments == ["--version"] { return "nexors \(BuildInfo.version)" }
        let words: [String]
        if helpWords.contains(first) {
            words = Array(arguments.dropFirst())
            if words.isEmpty { return help(commands) }
        } else if arguments.count == 2, helpWords.contains(arguments[1]) {
            words = [first]
        } else {
            return nil
        }
        let members = commands.filter { $0.specification.name.hasPrefix("\(words[0]) ") }
        if words.count == 1, !members.isEmpty { return help(words[0], members) }
        // `nexors up help` is no question: some command may have a file of that name.
        if !helpWords.contains(first), arguments[1] == "help" { return nil }
        return try find(words, among: commands).0.specification.help
    }

    /// The command that `arguments` begin with, and what follows its name.
    static func find(
        _ arguments: [String],
        among commands: [OperatorCommand]
    ) throws(UsageError) -> (OperatorCommand, [String]) {
        for wordCount in [2, 1] where arguments.count >= wordCount {
            let name = arguments.prefix(wordCount).joined(separator: " ")
            if let command = commands.first(where: { $0.specification.name == name }) {
                return (command, Array(arguments.dropFirst(wordCount)))
            }
        }
        let first = arguments.first ?? ""
        if first.hasPrefix("-") {
            throw UsageError("there is no option \(first) before a command", usage: usage)
        }
        let family = commands.map(\.specification.name)
            .filter { $0.hasPrefix("\(first) ") }
            .map { String($0.dropFirst(first.count + 1)) }
        if !family.isEmpty {
            let choices = family.joined(separator: " or ")
            guard arguments.count > 1 else {
                throw UsageError(
                    "\(first) what? \(choices)",
                    usage: "nexors \(first) COMMAND [options]"
                )
            }
            throw UsageError(
                "there is no command \(first) \(arguments[1]), but \(first) \(choices)",
                usage: "nexors \(first) COMMAND [options]"
            )
        }
        let nearest = NearestWord.of(first, among: commands.map(\.specification.name))
        let hint = nearest.map { "; did you mean \($0)?" } ?? "; see nexors --help"
        throw UsageError("there is no command \(first)\(hint)", usage: usage)
    }
}
