internal import Reactor
package import ServiceRuntime
internal import Timekeeping

/// `nexors`: finds the command, runs it, and says how it went.
package enum OperatorProgram {
    /// Every command, in the order of the help.
    package static let commands: [OperatorCommand] = [
        UpCommand.command, DemoCommand.command, ReplayCommand.command, StatusCommand.command,
        DoctorCommand.command, TenantApplyCommand.command, TenantShowCommand.command,
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
            + ["", "nexors COMMAND --help shows a command's options.", ""])
            .joined(separator: "\n")
    }

    private static let usage = "nexors COMMAND [options]"

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
        switch arguments.first {
        case nil, "--help", "-h", "help":
            console.say(help(commands))
            return arguments.isEmpty ? .usage : .ok
        case "--version":
            console.say("nexors \(BuildInfo.version)")
            return .ok
        default: break
        }
        do {
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
        let family = commands.map(\.specification.name).filter { $0.hasPrefix("\(first) ") }
        if !family.isEmpty {
            throw UsageError(
                "\(first) needs one of: \(family.map { $0.dropFirst(first.count + 1) }.joined(separator: ", "))",
                usage: usage
            )
        }
        let nearest = NearestWord.of(first, among: commands.map(\.specification.name))
        let hint = nearest.map { "; did you mean \($0)?" } ?? "; see nexors --help"
        throw UsageError("there is no command \(first)\(hint)", usage: usage)
    }
}
