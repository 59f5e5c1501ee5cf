package import Configuration

/// What stands behind a program's name: nothing but questions about it, since its settings are variables of the
/// environment.
package struct ProgramCommandLine: Sendable {
    /// What a command line asks for.
    package enum Request: Hashable, Sendable {
        /// Nothing: the program starts.
        case start
        /// To ask the program that runs under the same settings whether it is ready.
        case check
        /// To print a text instead, which ends its last line, and to leave: on standard output with `.ok` where it was
        /// asked for, else with `.usage` on standard error.
        case say(String, ExitCode)
    }

    private let name: String
    private let summary: String
    private let schema: ConfigurationSchema
    private let codes: [ExitCode]
    private let options: [(name: String, meaning: String)]

    /// The command line of the program `name`.
    ///
    /// - Parameters:
    ///   - summary: What it is, one or two sentences.
    ///   - isService: Whether it has an internal port to check and drains at its end, as the five services do.
    package init(
        _ name: String,
        _ summary: String,
        _ schema: ConfigurationSchema,
        isService: Bool = true
    ) {
        self.name = name
        self.summary = summary
        self.schema = schema
        codes =
            isService
            ? ExitCode.allCases : ExitCode.allCases.filter { $0 != .ok && $0 != .drainExpired }
        options =
            [
                ("--help", "shows this"),
                ("--help-markdown", "prints the keys as a table in Markdown"),
                ("--version", "prints the version"),
            ]
            + (isService
                ? [
                    (
                        "--check",
                        "asks the program that runs under the same settings: 0 ready, 1 not"
                    )
                ] : [])
    }

    /// What `arguments` (without the program's name) ask for.
    package func request(_ arguments: [String]) -> Request {
        guard let first = arguments.first else { return .start }
        if arguments.contains("--help") || arguments == ["-h"] || arguments == ["help"] {
            return .say(help, .ok)
        }
        let names = options.map(\.name)
        if let unknown = arguments.first(where: { !names.contains($0) }) {
            let what = unknown.hasPrefix("-") ? "option" : "argument"
            let hint = NearestWord.of(unknown, among: names).map { "; did you mean \($0)?" } ?? ""
            return refusal("there is no \(what) \(unknown)\(hint)")
        }
        guard arguments.count == 1 else { return refusal("\(first) stands alone") }
        return switch first {
        case "--check": .check
        case "--help-markdown": .say(schema.markdownTable, .ok)
        default: .say("\(BuildInfo.version)\n", .ok)
        }
    }

    private var usage: String {
        "\(name) [\(options.map(\.name).joined(separator: " | "))]"
    }

    private func refusal(_ message: String) -> Request {
        .say(
            """
            \(name): \(message)
            Usage: \(usage)
            Settings are environment variables; \(name) --help shows them.

            """,
            .usage
        )
    }

    private var help: String {
        let width = options.map(\.name.count).max() ?? 0
        let optionLines = options.map { option in
            "  \(option.name)\(String(repeating: " ", count: width - option.name.count))  \(option.meaning)"
        }
        let codeLines = codes.map { code in
            let number = String(code.rawValue)
            return "\(String(repeating: " ", count: 6 - number.count))\(number)  \(code.meaning)"
        }
        let signals =
            codes.contains(.drainExpired)
            ? " 128+N  a second signal N came while the first one's drain went on\n" : ""
        return """
            \(name) \(BuildInfo.version)

            \(summary)

            Usage: \(usage)

            \(optionLines.joined(separator: "\n"))

            \(ConfigurationSchema.helpOnFile)
            \(schema.help)
            Exit codes:
            \(codeLines.joined(separator: "\n"))

            """ + signals
    }
}
