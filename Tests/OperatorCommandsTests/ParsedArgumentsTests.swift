import OperatorCommands
import TestSupport
import Testing

@Suite("Command line")
struct ParsedArgumentsTests {
    static let command = CommandSpecification(
        "replay",
        "Drives the running system with a real day.",
        positionals: ["FILE"],
        options: [
            .value("day", "YYYY-MM-DD", required: true, "the day of the requests"),
            .value("speed", "N", default: "60", "business seconds a second"),
            .flag("json", "print one object a line"),
        ],
        discussion: "Takes an hour.",
        examples: ["nexors replay --day 2008-05-22 traces.csv"]
    )

    static func message(_ arguments: [String]) -> String? {
        do {
            _ = try ParsedArguments(arguments, of: command)
            return nil
        } catch {
            return error.message
        }
    }

    @Test(
        "values, defaults, switches and positionals are found",
        arguments: [
            ["--day", "2008-05-22", "--json", "traces.csv"],
            ["traces.csv", "--json", "--day=2008-05-22"],
            ["--json", "--day=2008-05-22", "--", "traces.csv"],
        ]
    )
    func parses(arguments: [String]) throws {
        let parsed = try ParsedArguments(arguments, of: Self.command)
        #expect(parsed.text("day") == "2008-05-22")
        #expect(try parsed.integer("speed", in: 1...3600, of: Self.command) == 60)
        #expect(parsed.has("json"))
        #expect(parsed.positionals == ["traces.csv"])
    }

    @Test(
        "each fault is named",
        arguments: [
            (["f"], "--day is required"),
            (["--day"], "--day needs a value: YYYY-MM-DD"),
            (["--day", "--json"], "--day needs a value: YYYY-MM-DD"),
            (["--day", "d", "--day", "e", "f"], "--day is given twice"),
            (["--day", "d", "--json=1", "f"], "--json takes no value"),
            (["--dya", "d", "f"], "there is no option --dya; did you mean --day?"),
            (["--elephant", "f"], "there is no option --elephant"),
            (["-j", "f"], "there is no option -j"),
            (["--day", "d"], "FILE is missing"),
            (["--day", "d", "f", "g"], "g is one argument too many"),
        ]
    )
    func faults(arguments: [String], message: String) {
        #expect(Self.message(arguments) == message)
    }

    @Test("a number out of range says the range", arguments: ["0", "3601", "x", "1.5", ""])
    func range(value: String) throws {
        let parsed = try ParsedArguments(["--day", "d", "--speed", value, "f"], of: Self.command)
        let error = #expect(throws: UsageError.self) {
            try parsed.integer("speed", in: 1...3600, of: Self.command)
        }
        #expect(error?.message.contains("from 1 to 3600") == true)
    }

    @Test("--help wins over everything else and shows every option with its default")
    func help() throws {
        let parsed = try ParsedArguments(["--speed", "fast", "--help"], of: Self.command)
        #expect(parsed.asksForHelp)
        #expect(
            Self.command.help == """
                Drives the running system with a real day.

                Usage: nexors replay --day YYYY-MM-DD [options] FILE

                Options:
                  --day YYYY-MM-DD  the day of the requests (required)
                  --speed N         business seconds a second (default 60)
                  --json            print one object a line
                  --help            show this

                Takes an hour.

                Example:
                  nexors replay --day 2008-05-22 traces.csv
                """
        )
    }

    @Test("a positional that may come again or not at all is shown so")
    func repeated() {
        let command = CommandSpecification(
            "bench",
            "Measures.",
            positionals: ["NAME"],
            repeatsLast: true,
            examples: ["nexors bench"]
        )
        #expect(command.usage == "nexors bench [NAME]...")
    }
}
