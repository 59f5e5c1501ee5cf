internal import Glibc

/// Reads small text files without Foundation.
package enum ConfigurationFile {
    /// The most bytes of a configuration or secret file.
    package static let byteCountMax = 65_536

    /// Why a file could not be read.
    package struct ReadError: Error, Sendable {
        /// For operators.
        package let message: String

        /// An error with its sentence.
        package init(message: String) {
            self.message = message
        }
    }

    /// The text of the file at `path`.
    ///
    /// - Throws: Where it cannot be opened or read, is larger than `byteCountMax`, or is not UTF-8.
    package static func read(_ path: String) throws(ReadError) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw ReadError(message: systemMessage("cannot be opened")) }
        defer { close(descriptor) }
        // One byte more than allowed tells a file that is too large; /proc has no sizes to ask for.
        var bytes = [UInt8](repeating: 0, count: byteCountMax + 1)
        var filled = 0
        while filled < bytes.count {
            // Safe: reads at most what is left of the array behind `filled`.
            let count = bytes.withUnsafeMutableBytes { buffer in
                Glibc.read(
                    descriptor,
                    buffer.baseAddress?.advanced(by: filled),
                    buffer.count - filled
                )
            }
            if count == 0 { break }
            if count < 0 {
                if errno == EINTR { continue }
                throw ReadError(message: systemMessage("cannot be read"))
            }
            filled += count
        }
        guard filled <= byteCountMax else {
            throw ReadError(message: "is larger than \(byteCountMax) bytes")
        }
        guard let text = String(validating: bytes[..<filled], as: UTF8.self) else {
            throw ReadError(message: "is not UTF-8")
        }
        return text
    }

    /// The environment that this program was started with.
    package static func processEnvironment() -> [String: String] {
        // /proc instead of the C variable `environ`, which nothing protects from other threads.
        guard let text = try? read("/proc/self/environ") else { return [:] }
        var environment: [String: String] = [:]
        for entry in text.split(separator: "\0") {
            guard let equals = entry.firstIndex(of: "=") else { continue }
            environment[String(entry[..<equals])] = String(entry[entry.index(after: equals)...])
        }
        return environment
    }

    /// A value and the line that has it.
    struct Setting: Hashable {
        let value: String
        /// `FILE:LINE`.
        let place: String
    }

    /// The settings of a text of `KEY=value` lines; blank lines and those that start with # are skipped.
    ///
    /// Blanks around key and value are dropped; quotes have no meaning and stay.
    static func parse(
        _ text: String,
        path: String,
        problems: inout [ConfigurationError.Problem]
    ) -> [String: Setting] {
        var settings: [String: Setting] = [:]
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        for (index, rawLine) in lines.enumerated() {
            let line = rawLine.trimming(while: \.isWhitespace)
            if line.isEmpty || line.hasPrefix("#") { continue }
            let place = "\(path):\(index + 1)"
            guard let equals = line.firstIndex(of: "=") else {
                problems.append(.init(place, "the line is not KEY=value"))
                continue
            }
            let key = String(line[..<equals].trimming(while: \.isWhitespace))
            guard key.hasPrefix(ConfigurationSchema.prefix) else {
                problems.append(.init(place, "the key \(key) does not start with NEXORS_"))
                continue
            }
            guard key != ConfigurationSchema.fileName else {
                problems.append(.init(place, "a file cannot name another: set \(key) outside"))
                continue
            }
            let value = line[line.index(after: equals)...].trimming(while: \.isWhitespace)
            if let first = settings[key] {
                problems.append(.init(place, "\(key) is set twice, first at \(first.place)"))
                continue
            }
            settings[key] = Setting(value: String(value), place: place)
        }
        return settings
    }

    private static func systemMessage(_ what: String) -> String {
        let number = errno
        guard let text = strerror(number) else { return "\(what) (error \(number))" }
        return "\(what): \(String(cString: text))"
    }
}
