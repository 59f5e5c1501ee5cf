extension ConfigurationSchema {
    /// How wide the help is, columns: a terminal that nobody made wider still shows two keys' texts side by side.
    private static let columnCountMax = 100

    /// All keys as plain text: a title for each section, then each key with its meaning, and below that its form and
    /// its default. Every key that may be set starts a line, behind two blanks.
    package var help: String {
        var text = ""
        let width = acceptedNames.map(\.utf8.count).max() ?? 0
        var section = ""
        for entry in entries {
            if entry.section != section {
                section = entry.section
                text += (text.isEmpty ? "" : "\n") + "\(section):\n"
                // Every program has it, and none declares it.
                if entry.name == entries.first?.name {
                    Self.append(["The file of settings."], Self.fileName, width, &text)
                }
            }
            let fallback =
                entry.defaultText.map { "default \($0)" }
                ?? (entry.isOptional ? "optional" : "required")
            Self.append([entry.meaning, "\(entry.form); \(fallback)"], entry.name, width, &text)
            if entry.isSecret {
                let name = entry.name + Self.secretFileSuffix
                Self.append(
                    ["The file that holds it, in place of \(entry.name)."],
                    name,
                    width,
                    &text
                )
            }
        }
        return text
    }

    /// All keys as a table in Markdown, for documents and for tools.
    package var markdownTable: String {
        var lines = ["| key | value | default | meaning |", "| --- | --- | --- | --- |"]
        for entry in entries {
            let name =
                entry.isSecret ? "`\(entry.name)` or `\(entry.name)_FILE`" : "`\(entry.name)`"
            let fallback =
                entry.defaultText.map { "`\($0)`" } ?? (entry.isOptional ? "none" : "required")
            let form = entry.form.replacing("|", with: "\\|")
            lines.append("| \(name) | \(form) | \(fallback) | \(entry.meaning) |")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// What `NEXORS_CONFIG_FILE` is, and what goes before what.
    package static let helpOnFile = """
        Settings come from the environment, and from the file that \(fileName) names: lines of
        KEY=value; blank lines and lines that start with # are skipped, quotes stay part of the value.
        Where both have a key the environment counts. An unknown key, or a value that has not the form
        shown below, ends the start; the message names the key, and the line where a file has it.

        """

    /// A key, and its paragraphs in the column beside it.
    private static func append(
        _ paragraphs: [String],
        _ name: String,
        _ width: Int,
        _ text: inout String
    ) {
        var label = name
        for line in paragraphs.flatMap({ lines(of: $0, columnCount: columnCountMax - width - 4) }) {
            let padding = String(repeating: " ", count: width - label.utf8.count)
            text += "  \(label)\(padding)  \(line)\n"
            label = ""
        }
    }

    /// `paragraph` broken at blanks into lines of at most `columnCount`; a longer word has a line of its own.
    private static func lines(of paragraph: String, columnCount: Int) -> [String] {
        var lines: [String] = []
        for word in paragraph.split(separator: " ") {
            if let last = lines.last, last.count + 1 + word.count <= columnCount {
                lines[lines.count - 1] += " \(word)"
            } else {
                lines.append(String(word))
            }
        }
        return lines
    }
}
