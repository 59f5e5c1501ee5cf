/// One option of a subcommand: `--name VALUE`, or `--name` alone for a switch.
package struct OptionSpecification: Sendable {
    /// The name without its dashes.
    package let name: String
    /// What stands for the value in the help; `nil` for a switch.
    package let placeholder: String?
    /// The value where the option is not given; `nil` where it is required or may be absent.
    package let defaultValue: String?
    /// Whether the command cannot run without it.
    package let isRequired: Bool
    /// One line of help.
    package let summary: String

    /// An option that takes a value.
    package static func value(
        _ name: String,
        _ placeholder: String,
        default defaultValue: String? = nil,
        required isRequired: Bool = false,
        _ summary: String
    ) -> OptionSpecification {
        OptionSpecification(
            name: name,
            placeholder: placeholder,
            defaultValue: defaultValue,
            isRequired: isRequired,
            summary: summary
        )
    }

    /// An option that is either given or not.
    package static func flag(_ name: String, _ summary: String) -> OptionSpecification {
        OptionSpecification(
            name: name,
            placeholder: nil,
            defaultValue: nil,
            isRequired: false,
            summary: summary
        )
    }
}

/// One subcommand: what it is called, what it takes, and what its help says.
package struct CommandSpecification: Sendable {
    /// The words after `nexors`, as in "tenant apply".
    package let name: String
    /// One line, for the list of commands.
    package let summary: String
    /// What stands for the positional arguments in the help, as in "FILE"; one each.
    package let positionals: [String]
    /// Whether the last positional may be repeated or absent.
    package let repeatsLast: Bool
    /// The options, in the order of the help.
    package let options: [OptionSpecification]
    /// What follows the options in the help: notes.
    package let discussion: String
    /// Whole command lines, as they are typed; one at least.
    package let examples: [String]

    /// A subcommand; with `repeatsLast` the last positional may come again and again.
    package init(
        _ name: String,
        _ summary: String,
        positionals: [String] = [],
        repeatsLast: Bool = false,
        options: [OptionSpecification] = [],
        discussion: String = "",
        examples: [String]
    ) {
        self.name = name
        self.summary = summary
        self.positionals = positionals
        self.repeatsLast = repeatsLast
        self.options = options
        self.discussion = discussion
        self.examples = examples
    }

    /// The command's help, as `--help` prints it.
    package var help: String {
        var lines = ["\(summary)", "", "Usage: \(usage)"]
        if !options.isEmpty {
            lines += ["", "Options:"]
            let labels = options.map { option in
                option.placeholder.map { "--\(option.name) \($0)" } ?? "--\(option.name)"
            }
            let width = labels.map(\.count).max() ?? 0
            for (option, label) in zip(options, labels) {
                let padding = String(repeating: " ", count: width - label.count)
                var line = "  \(label)\(padding)  \(option.summary)"
                if let value = option.defaultValue { line += " (default \(value))" }
                if option.isRequired { line += " (required)" }
                lines.append(line)
            }
            lines.append("  --help\(String(repeating: " ", count: max(0, width - 6)))  show this")
        }
        if !discussion.isEmpty { lines += ["", discussion] }
        lines += ["", examples.count == 1 ? "Example:" : "Examples:"] + examples.map { "  \($0)" }
        return lines.joined(separator: "\n")
    }

    /// The first line of the help.
    package var usage: String {
        var words = ["nexors \(name)"]
        words += options.filter(\.isRequired).map { "--\($0.name) \($0.placeholder ?? "")" }
        if options.contains(where: { !$0.isRequired }) { words.append("[options]") }
        // Where the last may be repeated it may be absent as well.
        words +=
            repeatsLast ? positionals.dropLast() + ["[\(positionals.last ?? "")]"] : positionals
        return words.joined(separator: " ") + (repeatsLast ? "..." : "")
    }
}
