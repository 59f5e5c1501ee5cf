import ProcessSupport
import TestSupport
import Testing

/// What the built programs answer instead of starting.
@Suite(
    "Command lines of the programs",
    .enabled("needs all programs built") { try TestInstallation.prerequisite.isMet() },
    .timeLimit(.minutes(5))
)
struct ProgramHelpTests {
    private static let programs = [
        "gateway", "dispatch", "ingest", "payments", "billing", "provider-standin",
    ]

    private func run(
        _ program: String,
        _ arguments: [String],
        _ environment: [String: String] = [:]
    ) async throws -> (exit: ProgramProcess.Exit, lines: [String]) {
        let process = try ProgramProcess(
            program,
            arguments: arguments,
            environment: TestInstallation.environment.merging(environment) { $1 }
        )
        return (await process.exit(), process.lines.elements)
    }

    @Test("--help says what it is and shows its keys, in lines that fit", arguments: programs)
    func help(program: String) async throws {
        let help = try await run(program, ["--help"])
        #expect(help.exit == .code(0))
        #expect(help.lines.first?.hasPrefix("\(program) ") == true, "\(help.lines)")
        #expect(help.lines.contains { $0.hasPrefix("  NEXORS_CONFIG_FILE ") })
        #expect(help.lines.contains { $0.hasPrefix("  NEXORS_ENVIRONMENT ") })
        #expect(
            help.lines.allSatisfy { $0.count <= 110 },
            "\(help.lines.filter { $0.count > 110 })"
        )
    }

    @Test(
        "--version is a version, and an unknown option is named and ends with 2",
        arguments: programs
    )
    func others(program: String) async throws {
        let version = try await run(program, ["--version"])
        #expect(version.exit == .code(0))
        #expect(version.lines.first?.split(separator: ".").count == 3, "\(version.lines)")
        let unknown = try await run(program, ["--verison"])
        #expect(unknown.exit == .code(2))
        #expect(
            unknown.lines.first
                == "\(program): there is no option --verison; did you mean --version?"
        )
    }

    @Test("a wrong key of the file ends the start with file, line and the right key")
    func file() async throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write("# ours\nNEXORS_LISTEM=127.0.0.1:0\n", to: "billing.conf")
        let wrong = try await run("billing", [], ["NEXORS_CONFIG_FILE": path])
        #expect(wrong.exit == .code(78))
        #expect(
            wrong.lines.contains {
                $0.contains(
                    "\(path):2: NEXORS_LISTEM: there is no such key; did you mean NEXORS_LISTEN?"
                )
            },
            "\(wrong.lines)"
        )
    }
}
