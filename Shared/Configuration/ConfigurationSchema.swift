/// All settings of a program, in the order in which its documentation shows them.
package struct ConfigurationSchema: Sendable {
    /// What every name starts with: an environment holds others' variables too.
    package static let prefix = "NEXORS_"
    /// Names the file that settings may come from; every program knows it.
    package static let fileName = "NEXORS_CONFIG_FILE"
    /// Behind a secret's name: the file that holds it.
    package static let secretFileSuffix = "_FILE"

    /// A key without its type.
    struct Entry: Sendable {
        let name: String
        let form: String
        let defaultText: String?
        let isOptional: Bool
        let isSecret: Bool
        let meaning: String
        /// The value of a text or, for `nil`, of nothing; `nil` where there is none.
        let parse: @Sendable (String?) -> (any Sendable)?
    }

    private(set) var entries: [Entry] = []

    /// A schema without keys.
    package init() {}

    /// Adds a key. A name that is there already is a fault of ours and ends the program.
    package mutating func add<Value>(_ key: ConfigurationKey<Value>) {
        precondition(
            !entries.contains { $0.name == key.name } && key.name != Self.fileName,
            "\(key.name) is declared twice."
        )
        let (parse, absent) = (key.parse, key.absent)
        entries.append(
            Entry(
                name: key.name,
                form: key.form,
                defaultText: key.defaultText,
                isOptional: key.isOptional,
                isSecret: key.isSecret,
                meaning: key.meaning,
                parse: { text in text.map(parse) ?? absent }
            )
        )
    }

    /// Adds keys of one type.
    package mutating func add<Value>(_ keys: [ConfigurationKey<Value>]) {
        for key in keys { add(key) }
    }

    /// Every name that a program with this schema accepts: what a manifest may set.
    package var acceptedNames: [String] {
        [Self.fileName]
            + entries.flatMap {
                $0.isSecret ? [$0.name, $0.name + Self.secretFileSuffix] : [$0.name]
            }
    }

    /// The table of all keys in Markdown.
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

    /// The accepted name that is most like `name`; `nil` where none is near.
    func nearestName(to name: String) -> String? {
        let candidates = acceptedNames.map { (name: $0, distance: Self.distance(name, $0)) }
        let best = candidates.min { $0.distance < $1.distance }
        // A third of the letters beyond the prefix: farther ones share no more than chance.
        let limit = max(2, (name.utf8.count - Self.prefix.utf8.count) / 3)
        return best.flatMap { $0.distance <= limit ? $0.name : nil }
    }

    /// How many letters must be inserted, removed or replaced (Levenshtein).
    private static func distance(_ left: String, _ right: String) -> Int {
        // A hostile environment must not cost more than a name is long.
        let (left, right) = (Array(left.utf8.prefix(128)), Array(right.utf8.prefix(128)))
        var row = Array(0...right.count)
        for (leftIndex, unit) in left.enumerated() {
            var diagonal = row[0]
            row[0] = leftIndex + 1
            for (rightIndex, other) in right.enumerated() {
                let replaced = diagonal + (unit == other ? 0 : 1)
                diagonal = row[rightIndex + 1]
                row[rightIndex + 1] = min(replaced, diagonal + 1, row[rightIndex] + 1)
            }
        }
        return row[right.count]
    }
}
