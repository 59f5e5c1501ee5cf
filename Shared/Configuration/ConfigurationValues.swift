/// The checked settings of a program: one value for each key of its schema.
package struct ConfigurationValues: Sendable {
    private let values: [String: any Sendable]
    /// The lines of the file that set a key, by its name.
    private let places: [String: String]

    /// Reads and checks every key; the environment goes before the file that `NEXORS_CONFIG_FILE` names.
    ///
    /// - Parameters:
    ///   - schema: What there is. Any other name with our prefix is an error.
    ///   - environment: All variables, others' too.
    ///   - readFile: Reads the configuration file and files of secrets.
    /// - Throws: All faults together.
    package init(
        _ schema: ConfigurationSchema,
        environment: [String: String] = ConfigurationFile.processEnvironment(),
        readFile: (String) throws(ConfigurationFile.ReadError) -> String = ConfigurationFile.read
    ) throws(ConfigurationError) {
        var problems: [ConfigurationError.Problem] = []
        var settings: [String: String] = [:]
        var places: [String: String] = [:]
        if let path = environment[ConfigurationSchema.fileName] {
            do {
                let text = try readFile(path)
                let lines = ConfigurationFile.parse(text, path: path, problems: &problems)
                settings = lines.mapValues(\.value)
                places = lines.mapValues(\.place)
            } catch {
                problems.append(.init(ConfigurationSchema.fileName, "\(path) \(error.message)"))
            }
        }
        for (name, value) in environment where name.hasPrefix(ConfigurationSchema.prefix) {
            settings[name] = value
            places[name] = nil
        }

        let accepted = Set(schema.acceptedNames)
        for name in settings.keys.sorted() where !accepted.contains(name) {
            let hint = schema.nearestName(to: name).map { "; did you mean \($0)?" } ?? ""
            problems.append(.init(name, "there is no such key\(hint)"))
        }
        var values: [String: any Sendable] = [:]
        for entry in schema.entries {
            let text = Self.text(of: entry, in: settings, readFile, &problems)
            guard let text else { continue }
            if let value = entry.parse(text.value) {
                values[entry.name] = value
            } else {
                problems.append(Self.problem(entry, text.value))
            }
        }
        self.values = values
        self.places = places
        guard problems.isEmpty else { throw located(ConfigurationError(problems)) }
    }

    /// `error` with the line of each key that the file set: for faults that show only between several keys.
    package func located(_ error: ConfigurationError) -> ConfigurationError {
        ConfigurationError(
            error.problems.map { .init($0.key, $0.message, place: $0.place ?? places[$0.key]) }
        )
    }

    /// The value of `key`, which is one of the schema that was read.
    package subscript<Value>(key: ConfigurationKey<Value>) -> Value {
        guard let value = values[key.name] as? Value else {
            preconditionFailure("\(key.name) is not in the schema that was read.")
        }
        return value
    }

    /// A text, or none; wrapped once more in `nil` where the fault is already told.
    private static func text(
        of entry: ConfigurationSchema.Entry,
        in settings: [String: String],
        _ readFile: (String) throws(ConfigurationFile.ReadError) -> String,
        _ problems: inout [ConfigurationError.Problem]
    ) -> (value: String?, Void)? {
        let fileKey = entry.name + ConfigurationSchema.secretFileSuffix
        guard entry.isSecret, let path = settings[fileKey] else {
            return (settings[entry.name] ?? entry.defaultText, ())
        }
        guard settings[entry.name] == nil else {
            problems.append(.init(fileKey, "\(entry.name) is set as well: keep one of them"))
            return nil
        }
        do {
            // Editors and echo end a file with a line break that is no part of the secret.
            let text = try readFile(path)
            return (String(text.trimming(while: \.isNewline)), ())
        } catch {
            problems.append(.init(fileKey, "\(path) \(error.message)"))
            return nil
        }
    }

    private static func problem(
        _ entry: ConfigurationSchema.Entry,
        _ text: String?
    ) -> ConfigurationError.Problem {
        guard let text else {
            return .init(entry.name, "is required (\(entry.form)): \(entry.meaning)")
        }
        let value = entry.isSecret ? "the value" : "\"\(text.prefix(100))\""
        return .init(entry.name, "\(value) is not as expected (\(entry.form))")
    }
}
