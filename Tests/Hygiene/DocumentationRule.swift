/// Everything visible outside of its module says what it is.
///
/// What a protocol asks for is documented there: names that some protocol of the tree or the standard library
/// declares need no comment where they are implemented. An initialiser always needs one, but for those that every
/// message has. One-line types in a row share the comment of the first, and so do constants of one kind whose values
/// say what they are: the statuses and headers of HTTP.
struct DocumentationRule {
    private static let keywords: Set<Substring> = [
        "func", "var", "let", "init", "init?", "struct", "class", "enum", "actor", "protocol",
        "typealias",
        "subscript",
    ]
    private static let modifiers: Set<Substring> = [
        "package", "public", "static", "final", "mutating", "borrowing", "consuming", "override",
        "nonisolated", "indirect", "weak", "convenience", "required", "unsafe", "lazy",
    ]
    /// The modules that tests of several targets share.
    private static let support = ["Tests/Support/", "Tests/LinkSupport/"]
    /// What every message of the wire has; `WireMessage` and `BlockCodable` say what it does.
    private static let messageRequirements = ["init()", "init(decoding"]
    /// Requirements of protocols of the standard library.
    private static let standardRequirements: Set<String> = [
        "description", "debugDescription", "customMirror", "hash", "next", "makeIterator",
        "rawValue",
        "startIndex", "endIndex", "count", "enqueue", "asUnownedSerialExecutor",
        "isSameExclusiveExecutionContext",
        "encode", "errorDescription", "id", "allCases",
    ]

    /// The names that protocols of the tree ask for.
    private let requirements: Set<String>

    init(_ files: [SourceFile]) {
        var requirements = Self.standardRequirements
        for file in files {
            var depth: Int?
            var level = 0
            for line in file.code {
                if line.contains("protocol "), depth == nil { depth = level }
                if let depth, level > depth, let name = Self.declaration(line)?.name {
                    requirements.insert(name)
                }
                level += line.count { $0 == "{" } - line.count { $0 == "}" }
                if let start = depth, level <= start, line.contains("}") { depth = nil }
            }
        }
        self.requirements = requirements
    }

    /// Declarations without a comment.
    func undocumented(_ file: SourceFile) -> [Finding] {
        guard !file.isTest || Self.support.contains(where: file.path.hasPrefix) else { return [] }
        return file.code.enumerated().compactMap { index, line in
            guard let (name, keyword) = Self.declaration(line),
                line.contains("package ") || line.contains("public "),
                !isRequired(name, line, file), !Self.isOperator(name),
                !Self.hasComment(above: index, of: keyword, in: file)
            else { return nil }
            return Finding(file, index, "`\(name)` says not what it is")
        }
    }

    /// Whether a protocol asks for what a line declares, and so says what it is.
    private func isRequired(_ name: String, _ line: String, _ file: SourceFile) -> Bool {
        guard name == "init" else { return requirements.contains(name) }
        return
            (file.module == "Messages" && Self.messageRequirements.contains(where: line.contains))
            || line.contains("init(rawValue:") || line.contains("init(stringLiteral")
    }

    private static func isOperator(_ name: String) -> Bool {
        name.first.map { !$0.isLetter && $0 != "_" && $0 != "`" } ?? true
    }

    /// What a line declares.
    private static func declaration(_ line: String) -> (name: String, keyword: Substring)? {
        let words = line.split(whereSeparator: \.isWhitespace)
        for (index, word) in words.enumerated() {
            let bare = word.prefix { $0 != "(" && $0 != "<" && $0 != "?" }
            if bare == "init" || bare == "subscript" { return (String(bare), bare) }
            if keywords.contains(word) {
                guard index + 1 < words.count else { return nil }
                let isMember = word == "class" && keywords.contains(words[index + 1])
                if isMember { continue }
                let name = words[index + 1].prefix {
                    $0 != "(" && $0 != "<" && $0 != ":" && $0 != ","
                }
                return (String(name), word)
            }
            let isModifier =
                modifiers.contains(word) || word.hasPrefix("@") || word.hasPrefix("private")
                || word.hasPrefix("internal(") || word.hasPrefix("package(")
                || word.hasPrefix("nonisolated(")
            guard isModifier else { return nil }
        }
        return nil
    }

    private static func hasComment(
        above index: Int,
        of keyword: Substring,
        in file: SourceFile
    ) -> Bool {
        var line = index - 1
        while line >= 0 {
            let text = file.lines[line].drop(while: \.isWhitespace)
            if text.hasPrefix("///") { return true }
            if text.hasPrefix("@") || text.hasPrefix("//") || text.hasPrefix("#") {
                line -= 1
                continue
            }
            // In a row of the same the first one's comment introduces all.
            let isRow =
                keyword == "enum" && text.hasPrefix("package enum") && text.hasSuffix("}")
                || keyword == "let" && text.hasPrefix("package static let") && text.hasSuffix(")")
            guard isRow else { return false }
            line -= 1
        }
        return false
    }
}
