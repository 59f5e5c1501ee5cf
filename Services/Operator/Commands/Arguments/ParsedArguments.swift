internal import Configuration

/// What a person typed, held against the command's specification.
package struct ParsedArguments: Sendable {
    private var values: [String: String] = [:]
    private var flags: Set<String> = []
    /// The arguments that are not options, in order.
    package private(set) var positionals: [String] = []
    /// Whether `--help` was among them; then nothing else is checked.
    package private(set) var asksForHelp = false

    /// Reads `arguments`, what follows the command's name.
    ///
    /// `--name VALUE` and `--name=VALUE` are the same; `--` ends the options.
    ///
    /// - Throws: `UsageError` that names the fault and what was probably meant.
    package init(
        _ arguments: [String],
        of command: CommandSpecification
    ) throws(UsageError) {
        var rest = arguments[...]
        var optionsEnded = false
        while let argument = rest.popFirst() {
            // A lone dash is a word, as elsewhere.
            if optionsEnded || !argument.hasPrefix("-") || argument == "-" {
                positionals.append(argument)
            } else if argument == "--" {
                optionsEnded = true
            } else if argument == "--help" || argument == "-h" {
                asksForHelp = true
                return
            } else if !argument.hasPrefix("--") {
                throw UsageError("there is no option \(argument)", command)
            } else {
                try take(argument.dropFirst(2), rest: &rest, command)
            }
        }
        try checkPositionals(command)
        for option in command.options {
            if let value = option.defaultValue, values[option.name] == nil {
                values[option.name] = value
            }
            guard !option.isRequired || values[option.name] != nil else {
                throw UsageError("--\(option.name) is required", command)
            }
        }
    }

    private mutating func take(
        _ text: Substring,
        rest: inout ArraySlice<String>,
        _ command: CommandSpecification
    ) throws(UsageError) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let name = String(parts[0])
        guard let option = command.options.first(where: { $0.name == name }) else {
            let nearest = NearestWord.of(name, among: command.options.map(\.name))
            let hint = nearest.map { "; did you mean --\($0)?" } ?? ""
            throw UsageError("there is no option --\(name)\(hint)", command)
        }
        guard values[name] == nil, !flags.contains(name) else {
            throw UsageError("--\(name) is given twice", command)
        }
        guard option.placeholder != nil else {
            guard parts.count == 1 else { throw UsageError("--\(name) takes no value", command) }
            flags.insert(name)
            return
        }
        if parts.count == 2 {
            values[name] = String(parts[1])
        } else if let value = rest.popFirst(), !value.hasPrefix("--") {
            values[name] = value
        } else {
            throw UsageError("--\(name) needs a value: \(option.placeholder ?? "")", command)
        }
    }

    private func checkPositionals(_ command: CommandSpecification) throws(UsageError) {
        let expected = command.positionals
        let least = command.repeatsLast ? max(0, expected.count - 1) : expected.count
        if positionals.count < least {
            throw UsageError("\(expected[positionals.count]) is missing", command)
        }
        if !command.repeatsLast, positionals.count > expected.count {
            throw UsageError("\(positionals[expected.count]) is one argument too many", command)
        }
    }

    /// Whether the switch `name` was given.
    package func has(_ name: String) -> Bool {
        flags.contains(name)
    }

    /// The value of `name`, given or by default.
    package func text(_ name: String) -> String? {
        values[name]
    }

    /// The value of `name` as an integer in `range`.
    ///
    /// - Throws: `UsageError` that names the option, what was given, and the range.
    package func integer(
        _ name: String,
        in range: ClosedRange<Int>,
        of command: CommandSpecification
    ) throws(UsageError) -> Int? {
        guard let text = values[name] else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw UsageError(
                "--\(name) is a whole number from \(range.lowerBound) to \(range.upperBound),"
                    + " not \(text)",
                command
            )
        }
        return number
    }
}

/// A command line that cannot be run: exit status 2, with the reason and the usage on standard error.
package struct UsageError: Error, Sendable {
    /// What is wrong.
    package let message: String
    /// The usage line of the command, or of `nexors` itself.
    package let usage: String

    /// An error in the use of `command`, whose usage is shown with it.
    package init(_ message: String, _ command: CommandSpecification) {
        self.message = message
        usage = command.usage
    }

    /// An error with the usage to show.
    package init(_ message: String, usage: String) {
        self.message = message
        self.usage = usage
    }
}
