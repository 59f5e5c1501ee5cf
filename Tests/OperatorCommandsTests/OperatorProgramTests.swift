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
            (["tenant"], "tenant needs one of: apply, show"),
            (["tenant", "delete"], "tenant needs one of: apply, show"),
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
}
