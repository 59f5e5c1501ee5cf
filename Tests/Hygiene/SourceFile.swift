/// One Swift file of the tree, as the rules see it.
struct SourceFile {
    /// The path from the repository's root: `Shared/Geo/GeoPoint.swift`.
    let path: String
    /// The lines as written.
    let lines: [Substring]
    /// The lines without comments and without what stands between quotes, as long as `lines`.
    let code: [String]

    init(path: String, text: String) {
        self.path = path
        lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        code = CodeScanner.code(of: lines)
    }

    /// The folders and the file's name.
    var parts: [Substring] { path.split(separator: "/") }

    /// Whether it belongs to the pure rules of a service.
    var isCore: Bool { path.hasPrefix("Services/") && parts.count > 2 && parts[2] == "Core" }

    /// Whether it is a test, a test's support, or a tool of the tests.
    var isTest: Bool { path.hasPrefix("Tests/") }

    /// The module that the file's folder stands for; `nil` outside of the package's targets.
    var module: String? {
        guard parts.count >= 3 else { return nil }
        switch parts[0] {
        case "Shared": return parts[1] == "C" ? nil : String(parts[1])
        case "Services":
            guard parts.count >= 4 else { return nil }
            return parts[2] == "App" ? "\(parts[1])Service" : "\(parts[1])\(parts[2])"
        default: return nil
        }
    }

    /// The modules that it imports, each with the line's number, from 0.
    var imports: [(line: Int, module: String)] {
        code.enumerated().compactMap { index, line in
            let words = line.split(whereSeparator: \.isWhitespace)
            guard let place = words.firstIndex(of: "import"), place + 1 < words.count,
                words[..<place].allSatisfy({ Self.importWords.contains($0) || $0.hasPrefix("@") })
            else { return nil }
            // `import struct Foundation.Date` names its module before the dot.
            let kinds: Set<Substring> = [
                "struct", "class", "enum", "func", "protocol", "var", "let",
            ]
            let name = kinds.contains(words[place + 1]) ? words.last : words[place + 1]
            return (index, String(name?.split(separator: ".").first ?? ""))
        }
    }

    private static let importWords: Set<Substring> = [
        "public", "package", "internal", "private", "fileprivate",
    ]
}

/// A place that breaks a rule.
struct Finding: Hashable, CustomStringConvertible {
    let path: String
    /// From 1, as editors count.
    let line: Int
    let message: String

    init(_ file: SourceFile, _ index: Int, _ message: String) {
        path = file.path
        line = index + 1
        self.message = message
    }

    var description: String { "\(path):\(line): \(message)" }
}
