/// Words that do not belong where they stand.
enum WordRules {
    /// What a core must not reach for: clocks, randomness of its own, locks, tasks.
    static func impureCores(_ file: SourceFile) -> [Finding] {
        guard file.isCore else { return [] }
        let words = [
            "Date(", "UUID(", "SystemRandomNumberGenerator", "SystemTimeSource", "ContinuousClock",
            "SuspendingClock", "Task {", "Task(", "Task.", "Mutex", "Atomic<", "Thread",
            "await ", " async ", "async throws", "DispatchQueue",
        ]
        var findings = search(file, words, "in a core")
        for (index, line) in file.code.enumerated()
        where line.contains(".random(") || line.contains(".shuffled(") {
            // The arguments may go on in the next lines.
            let call = file.code[index..<min(index + 4, file.code.count)].joined()
            if !call.contains("using:") {
                findings.append(
                    Finding(file, index, "randomness that the caller did not give, in a core")
                )
            }
        }
        return findings
    }

    /// `print` outside of tools.
    static func prints(_ file: SourceFile) -> [Finding] {
        guard !file.isTest, !file.path.hasPrefix("Services/Operator/"), file.path != "Package.swift"
        else { return [] }
        return file.code.enumerated().compactMap { index, line in
            let isCall = calls(line, "print") || calls(line, "debugPrint") || calls(line, "dump")
            return isCall ? Finding(file, index, "prints: log instead") : nil
        }
    }

    /// Notes that something is not done.
    static func leftovers(_ file: SourceFile) -> [Finding] {
        // Put together, so that this file does not find itself.
        let words = ["FIX" + "ME", "TO" + "DO", "HA" + "CK"]
        return file.lines.enumerated().compactMap { index, line in
            let found = line.split { !$0.isLetter }.contains { words.contains(String($0)) }
            return found ? Finding(file, index, "a leftover note") : nil
        }
    }

    /// `@unchecked Sendable` without a proof at its head.
    static func unproven(_ file: SourceFile) -> [Finding] {
        file.code.enumerated().compactMap { index, line in
            guard line.contains("@unchecked Sendable") else { return nil }
            // The proof stands among the comments and lines of the declaration's head.
            let around = file.lines[max(0, index - 8)...min(index + 2, file.lines.count - 1)]
            let hasProof = around.contains { $0.contains("// Safe:") }
            return hasProof ? nil : Finding(file, index, "@unchecked Sendable without `// Safe:`")
        }
    }

    /// Traps on what might be missing, outside of tests.
    static func forced(_ file: SourceFile) -> [Finding] {
        guard !file.isTest else { return [] }
        return file.code.enumerated().compactMap { index, line in
            if line.contains("try!") || line.contains("as!") {
                return Finding(file, index, "a forced try or cast")
            }
            let characters = Array(line)
            for place in characters.indices.dropFirst() where characters[place] == "!" {
                let before = characters[place - 1]
                let after = place + 1 < characters.count ? characters[place + 1] : " "
                let isPostfix = before.isLetter || before.isNumber || before == ")" || before == "]"
                guard isPostfix, after != "=" else { continue }
                // Where bytes and C are handled the check may lie above, and is then written down.
                let isProven = file.lines[max(0, index - 3)...index].contains {
                    $0.contains("// Safe:")
                }
                return isProven ? nil : Finding(file, index, "a forced unwrapping")
            }
            return nil
        }
    }

    /// Sleeping tests: they wait for events or move a clock instead.
    static func sleeping(_ file: SourceFile) -> [Finding] {
        guard file.isTest else { return [] }
        return file.code.enumerated().compactMap { index, line in
            let isSleep =
                line.contains("Task.sleep") || line.contains("Thread.sleep")
                || calls(line, "sleep") || calls(line, "usleep") || calls(line, "nanosleep")
            return isSleep ? Finding(file, index, "a sleeping test") : nil
        }
    }

    /// 128-bit numbers where the compiler passes them wrongly: stored, so that they travel with a struct, or taken or
    /// returned by an `async` function. `Halved` (WireFormat) has the reason.
    static func wideNumbers(_ file: SourceFile) -> [Finding] {
        file.code.enumerated().compactMap { index, line in
            guard line.contains("Int128") else { return nil }
            let stored =
                /^\s*((package|public|internal|private|fileprivate|final)(\(set\))? )*(let|var) \w+: U?Int128\??\s*$/
            let payload = /^\s*case \w+\(.*Int128/
            if line.contains(stored) || line.contains(payload) {
                return Finding(file, index, "a stored 128-bit number: write @Halved")
            }
            // The head of the function that the line may belong to.
            guard
                let start = file.code[...index].suffix(12).lastIndex(where: { $0.contains("func ") }
                )
            else { return nil }
            let isBody = file.code[start..<index].contains { $0.contains("{") }
            let rest = file.code[start...].prefix(16)
            let end = rest.firstIndex { $0.contains("{") } ?? rest.endIndex - 1
            let head = rest[...end].joined(separator: " ").prefix { $0 != "{" }
            let isAsync = !isBody && head.contains(") async") && head.contains("Int128")
            return isAsync
                ? Finding(file, index, "an async function takes or returns a 128-bit number") : nil
        }
    }

    private static func search(_ file: SourceFile, _ words: [String], _ place: String) -> [Finding]
    {
        file.code.enumerated().compactMap { index, line in
            words.first { line.contains($0) }
                .map { Finding(file, index, "`\($0.trimmed)` \(place)") }
        }
    }

    /// Whether `line` calls the free function `name`.
    private static func calls(_ line: String, _ name: String) -> Bool {
        line.ranges(of: name + "(").contains { range in
            guard range.lowerBound > line.startIndex else { return true }
            let before = line[line.index(before: range.lowerBound)]
            let isDeclaration = line[..<range.lowerBound].hasSuffix("func ")
            return !isDeclaration
                && !(before.isLetter || before.isNumber || before == "_" || before == ".")
        }
    }
}

extension String {
    /// Without blanks at both ends.
    fileprivate var trimmed: String {
        var rest = self[...]
        while rest.first?.isWhitespace == true { rest.removeFirst() }
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return String(rest)
    }
}
