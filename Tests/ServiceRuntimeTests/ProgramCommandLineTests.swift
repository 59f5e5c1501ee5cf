import Configuration
import Model
import Testing

@testable import ServiceRuntime

@Suite("ProgramCommandLine")
struct ProgramCommandLineTests {
    private static var schema: ConfigurationSchema {
        var schema = ConfigurationSchema()
        CommonKeys(.billing).add(to: &schema)
        return schema
    }

    private let commandLine = ProgramCommandLine("billing", "Counts what fleets owe.", schema)

    @Test("without arguments the program starts; --check asks the one that runs")
    func start() {
        #expect(commandLine.request([]) == .start)
        #expect(commandLine.request(["--check"]) == .check)
    }

    @Test("--version is the version alone, --help-markdown the table of keys")
    func short() {
        #expect(commandLine.request(["--version"]) == .say("\(BuildInfo.version)\n", .ok))
        let table = Self.schema.markdownTable
        #expect(commandLine.request(["--help-markdown"]) == .say(table, .ok))
    }

    @Test(
        "the help says what it is, every option and key, where settings come from, and every exit code",
        arguments: [["--help"], ["-h"], ["help"], ["--help", "--version"]]
    )
    func help(arguments: [String]) throws {
        guard case .say(let text, .ok) = commandLine.request(arguments) else {
            Issue.record("no help")
            return
        }
        #expect(text.hasPrefix("billing \(BuildInfo.version)\n\nCounts what fleets owe.\n"))
        #expect(
            text.contains("\nUsage: billing [--help | --help-markdown | --version | --check]\n")
        )
        #expect(text.contains("the file that NEXORS_CONFIG_FILE names"))
        for name in Self.schema.acceptedNames + ["--check", "--version"] {
            #expect(text.contains("\n  \(name)  "), "\(name)")
        }
        for code in ExitCode.allCases {
            #expect(text.contains(" \(code.rawValue)  \(code.meaning)\n"))
        }
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 100 })
    }

    @Test("a program that is no service has no port to check and does not drain")
    func noService() {
        let other = ProgramCommandLine("stand-in", "Stands in.", Self.schema, isService: false)
        #expect(other.request(["--check"]) != .check)
        guard case .say(let text, .ok) = other.request(["--help"]) else {
            Issue.record("no help")
            return
        }
        #expect(!text.contains("--check"))
        #expect(!text.contains("NEXORS_DRAIN_TIME\n"))
    }

    @Test(
        "anything else is named, with what was probably meant, and ends with 2",
        arguments: [
            (["--hlep"], "there is no option --hlep; did you mean --help?\n"),
            (["--port", "80"], "there is no option --port\n"),
            (["--version", "now"], "there is no argument now\n"),
            (["start"], "there is no argument start\n"),
            (["--version", "--version"], "--version stands alone\n"),
            (["--check", "--version"], "--check stands alone\n"),
        ]
    )
    func faults(arguments: [String], message: String) throws {
        guard case .say(let text, .usage) = commandLine.request(arguments) else {
            Issue.record("it is taken")
            return
        }
        #expect(text.hasPrefix("billing: \(message)"), "\(text)")
        #expect(ExitCode.usage.rawValue == 2)
    }
}
