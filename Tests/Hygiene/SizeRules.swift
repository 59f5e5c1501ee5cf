/// Limits that keep a place readable at one look: lines, files and functions.
enum SizeRules {
    static let columnMax = 120
    static let lineCountMax = 600
    static let functionLineCountMax = 70

    /// Lines over 120 columns, but for tables of wire layouts: indented blocks of documentation.
    static func longLines(_ file: SourceFile) -> [Finding] {
        file.lines.enumerated().compactMap { index, line in
            let isTable = line.drop(while: \.isWhitespace).hasPrefix("///     ")
            return line.count > columnMax && !isTable
                ? Finding(file, index, "\(line.count) columns, at most \(columnMax)") : nil
        }
    }

    /// Files over 600 lines.
    static func longFiles(_ file: SourceFile) -> [Finding] {
        file.lines.count > lineCountMax + 1
            ? [Finding(file, lineCountMax, "\(file.lines.count) lines, at most \(lineCountMax)")]
            : []
    }

    /// Functions over 70 lines, from their first to their last line.
    static func longFunctions(_ file: SourceFile) -> [Finding] {
        var findings: [Finding] = []
        for (index, line) in file.code.enumerated() where startsFunction(line) {
            guard let end = lastLine(of: index, in: file.code) else { continue }
            let count = end - index + 1
            if count > functionLineCountMax {
                findings.append(
                    Finding(
                        file,
                        index,
                        "\(count) lines in a function, at most \(functionLineCountMax)"
                    )
                )
            }
        }
        return findings
    }

    /// Whether a line of code begins a function, an initialiser or the like.
    static func startsFunction(_ line: String) -> Bool {
        let words = line.split {
            $0.isWhitespace || $0 == "(" || $0 == "<" || $0 == "?" || $0 == "{"
        }
        return words.contains("func") || words.contains("subscript") || words.contains("deinit")
            || (words.contains("init") && !line.contains(".init") && !line.contains("= init"))
    }

    /// The line on which the body ends that opens at or behind `start`; `nil` where there is none.
    static func lastLine(of start: Int, in code: [String]) -> Int? {
        var braces = 0
        var parentheses = 0
        var isOpen = false
        for index in start..<code.count {
            for character in code[index] {
                switch character {
                case "(": parentheses += 1
                case ")": parentheses -= 1
                case "{" where parentheses <= 0 || isOpen:
                    isOpen = true
                    braces += 1
                case "}" where isOpen:
                    braces -= 1
                    if braces == 0 { return index }
                // The end of the type around it: a requirement without a body.
                case "}" where parentheses <= 0: return nil
                default: break
                }
            }
            // A requirement of a protocol has no body: the next declaration starts before a brace.
            if !isOpen, parentheses <= 0, index > start, startsFunction(code[index]) { return nil }
        }
        return nil
    }
}
