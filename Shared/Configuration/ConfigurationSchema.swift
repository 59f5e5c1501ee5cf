/// All settings of a program, in the order in which its help shows them.
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
        /// The title under which the help shows it.
        let section: String
        /// The value of a text or, for `nil`, of nothing; `nil` where there is none.
        let parse: @Sendable (String?) -> (any Sendable)?
    }

    private(set) var entries: [Entry] = []
    private var section = "Settings"

    /// A schema without keys.
    package init() {}

    /// Puts the keys that are added from now on under `title`.
    package mutating func begin(section title: String) {
        section = title
    }

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
                section: section,
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

    /// The accepted name that is most like `name`; `nil` where none is near.
    func nearestName(to name: String) -> String? {
        // A third of the letters beyond the prefix: farther ones share no more than chance.
        let distanceMax = max(2, (name.utf8.count - Self.prefix.utf8.count) / 3)
        return NearestWord.of(name, among: acceptedNames, distanceMax: distanceMax)
    }
}
