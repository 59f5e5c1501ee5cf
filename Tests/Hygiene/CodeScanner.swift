/// Blanks comments and the contents of string literals, so that rules look at code alone.
///
/// Not a parser: it knows line and nested block comments, one-line, multi-line and raw strings, and treats
/// what is interpolated into a string as part of the string.
enum CodeScanner {
    private enum State: Equatable {
        case code
        case blockComment(depth: Int)
        /// `pounds` number signs and, for `isLong`, three quotes end it.
        case string(pounds: Int, isLong: Bool)
    }

    /// The code of `lines`, line by line.
    static func code(of lines: [Substring]) -> [String] {
        var state = State.code
        return lines.map { line in
            let characters = Array(line)
            var code = ""
            var index = 0
            while index < characters.count {
                index += step(characters, index, &state, &code)
            }
            // A one-line string ends with its line, whatever it holds.
            if case .string(_, false) = state { state = .code }
            return code
        }
    }

    /// Looks at one place and returns how far to go on.
    private static func step(
        _ line: [Character],
        _ index: Int,
        _ state: inout State,
        _ code: inout String
    ) -> Int {
        switch state {
        case .code:
            if matches(line, index, "//") { return line.count - index }
            if matches(line, index, "/*") {
                state = .blockComment(depth: 1)
                return 2
            }
            let pounds = line[index...].prefix { $0 == "#" }.count
            if matches(line, index + pounds, "\"") {
                let isLong = matches(line, index + pounds, "\"\"\"")
                state = .string(pounds: pounds, isLong: isLong)
                code.append("\"")
                return pounds + (isLong ? 3 : 1)
            }
            code.append(line[index])
            return 1
        case .blockComment(let depth):
            if matches(line, index, "*/") {
                state = depth == 1 ? .code : .blockComment(depth: depth - 1)
                return 2
            }
            if matches(line, index, "/*") {
                state = .blockComment(depth: depth + 1)
                return 2
            }
            return 1
        case .string(let pounds, let isLong):
            if pounds == 0, line[index] == "\\" { return 2 }
            let end = (isLong ? "\"\"\"" : "\"") + String(repeating: "#", count: pounds)
            guard matches(line, index, end) else { return 1 }
            state = .code
            code.append("\"")
            return end.count
        }
    }

    private static func matches(_ line: [Character], _ index: Int, _ text: String) -> Bool {
        index + text.count <= line.count && line[index..<index + text.count].elementsEqual(text)
    }
}
