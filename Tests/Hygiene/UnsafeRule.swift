/// Every function that uses `unsafe` has its proof: a line that starts `// Safe:` above it or in it, or, where one
/// reason covers all uses of a pointer, above the stored property or the type that holds the pointer.
enum UnsafeRule {
    static func unproven(_ file: SourceFile) -> [Finding] {
        guard !file.isTest, !hasProofOfProperty(file) else { return [] }
        return file.code.indices.compactMap { index in
            guard SizeRules.startsFunction(file.code[index]),
                let end = SizeRules.lastLine(of: index, in: file.code),
                file.code[index...end].contains(where: usesUnsafe)
            else { return nil }
            let isProven = file.lines[headStart(of: index, in: file)...end].contains(where: isProof)
            return isProven ? nil : Finding(file, index, "`unsafe` without `// Safe:`")
        }
    }

    private static func usesUnsafe(_ line: String) -> Bool {
        line.split { !$0.isLetter && $0 != "@" && $0 != "_" }.contains("unsafe")
    }

    private static func isProof(_ line: Substring) -> Bool {
        line.contains("// Safe:")
    }

    /// The first line of the comments and attributes above a declaration.
    private static func headStart(of index: Int, in file: SourceFile) -> Int {
        var start = index
        while start > 0 {
            let line = file.lines[start - 1].drop(while: \.isWhitespace)
            guard line.hasPrefix("//") || line.hasPrefix("@") else { break }
            start -= 1
        }
        return start
    }

    /// Whether a proof stands above a stored property or a type.
    private static func hasProofOfProperty(_ file: SourceFile) -> Bool {
        file.lines.indices.contains { index in
            guard file.lines[index].drop(while: \.isWhitespace).hasPrefix("// Safe:") else {
                return false
            }
            let declaration = file.code[index...].first { line in
                let rest = line.drop(while: \.isWhitespace)
                return !rest.isEmpty && !rest.hasPrefix("@")
            }
            let words = (declaration ?? "").split { !$0.isLetter }
            let isStored = words.contains("let") || words.contains("var")
            let isType = !Set(words).isDisjoint(with: ["class", "struct", "enum", "actor"])
            return isStored || isType
        }
    }
}
