import Testing

@testable import OperatorCommands

@Suite("nexors")
struct OperatorProgramTests {
    static func fault(_ arguments: [String]) -> String? {
        do {
            _ = try OperatorProgram.find(arguments, among: OperatorProgram.commands)
            return nil
        } catch {
            return error.message
        }
    }

    @Test("commands of one and of two words are found, with what follows")
    func find() throws {
        let commands = OperatorProgram.commands
        let (up, rest) = try OperatorProgram.find(["up", "--quiet-city"], among: commands)
        #expect(up.specification.name == "up")
        #expect(rest == ["--quiet-city"])
        let (apply, file) = try OperatorProgram.find(["tenant", "apply", "f"], among: commands)
        #expect(apply.specification.name == "tenant apply")
        #expect(file == ["f"])
    }

    @Test(
        "a mistyped command says what was probably meant",
        arguments: [
            (["staus"], "there is no command staus; did you mean status?"),
            (["tenant"], "tenant what? apply or show"),
            (["tenant", "delete"], "there is no command tenant delete, but tenant apply or show"),
            (["--json", "status"], "there is no option --json before a command"),
            (["zzz"], "there is no command zzz; see nexors --help"),
        ]
    )
    func faults(arguments: [String], message: String) {
        #expect(Self.fault(arguments) == message)
    }

    @Test(
        "every command has a summary and help that shows its name",
        arguments: OperatorProgram.commands.map(\.specification.name)
    )
    func help(name: String) throws {
        let command = try #require(
            OperatorProgram.commands.first { $0.specification.name == name }
        )
        #expect(command.specification.summary.hasSuffix("."))
        #expect(command.specification.help.contains("Usage: nexors \(name)"))
        #expect(OperatorProgram.help(OperatorProgram.commands).contains("  \(name)"))
    }

    @Test(
        "every example is a line that the command takes",
        arguments: OperatorProgram.commands.map(\.specification.name)
    )
    func examples(name: String) throws {
        let command = try #require(
            OperatorProgram.commands.first { $0.specification.name == name }
        )
        #expect(!command.specification.examples.isEmpty)
        for example in command.specification.examples {
            let words = example.split { $0.isWhitespace || $0 == "\\" }.map(String.init)
            #expect(words.first == "nexors")
            let (found, rest) = try OperatorProgram.find(
                Array(words.dropFirst()),
                among: OperatorProgram.commands
            )
            #expect(found.specification.name == name)
            _ = try ParsedArguments(rest, of: found.specification)
        }
    }

    @Test(
        "help is given for nexors, for a first word of several commands, and behind the word help",
        arguments: [
            (["--help"], "  tenant apply "), (["help"], "  tenant apply "), (["-h"], "  doctor "),
            (["tenant", "--help"], "Usage: nexors tenant COMMAND"),
            (["tenant", "-h"], "  tenant show "), (["time", "--help"], "  time set "),
            (["help", "tenant"], "  tenant show "),
            (["help", "tenant", "show"], "Usage: nexors tenant show [options] TENANT"),
            (["help", "up"], "Usage: nexors up"), (["up", "--help"], "Usage: nexors up"),
            (["--version"], "nexors "),
        ]
    )
    func answers(arguments: [String], text: String) throws {
        let answer = try OperatorProgram.answer(arguments, OperatorProgram.commands)
        #expect(answer?.contains(text) == true, "\(answer ?? "none")")
    }

    @Test(
        "what is no question runs a command or is refused",
        arguments: [[], ["status"], ["tenant"], ["tenant", "apply", "--help"], ["bench", "help"]]
    )
    func noAnswers(arguments: [String]) throws {
        #expect(try OperatorProgram.answer(arguments, OperatorProgram.commands) == nil)
    }
}
