/// Everything that is wrong with a configuration, each with the key that it concerns. Holds no secret.
package struct ConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// One fault.
    package struct Problem: Hashable, Sendable, CustomStringConvertible {
        /// The key, or the file, that it concerns.
        package let key: String
        /// What is wrong and what to do.
        package let message: String
        /// The file and line that set the key, `FILE:LINE`; `nil` where the environment did or nobody.
        package let place: String?

        /// A fault of `key`.
        package init(_ key: String, _ message: String, place: String? = nil) {
            self.key = key
            self.message = message
            self.place = place
        }

        /// `FILE:LINE: KEY: what is wrong`.
        package var description: String {
            (place.map { "\($0): " } ?? "") + "\(key): \(message)"
        }
    }

    /// The faults, in the order of their keys.
    package let problems: [Problem]

    /// An error with one fault or more.
    package init(_ problems: [Problem]) {
        self.problems = problems
    }

    /// One line for each fault.
    package var description: String {
        problems.map(\.description).joined(separator: "\n")
    }
}
