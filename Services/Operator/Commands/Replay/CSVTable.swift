/// The rows of a CSV file with a header line, by the columns that are wanted. Fields hold neither commas nor quotes.
struct CSVTable: ~Copyable {
    private let path: String
    private var lines: GzipLines
    private let columns: [Int]
    private var lineNumber = 1

    /// Opens the file at `path`, which must have all of `names` in its header.
    init(_ path: String, columns names: [String]) throws(OperatorError) {
        self.path = path
        var lines = try GzipLines(path)
        let header = (try lines.next() ?? "").split(
            separator: ",",
            omittingEmptySubsequences: false
        )
        var columns: [Int] = []
        for name in names {
            guard let column = header.firstIndex(of: Substring(name)) else {
                lines.close()
                throw OperatorError(
                    "\(path) has no column \(name).",
                    advice: "Its first line names the columns: \(names.joined(separator: ","))."
                )
            }
            columns.append(column)
        }
        self.columns = columns
        self.lines = lines
    }

    /// The wanted fields of the next row, in the order of their names; `nil` after the last.
    mutating func next() throws(OperatorError) -> [Substring]? {
        guard let line = try lines.next() else { return nil }
        lineNumber += 1
        let fields = line.split(separator: ",", omittingEmptySubsequences: false)
        guard let last = columns.max(), last < fields.count else {
            throw OperatorError("\(path), line \(lineNumber), has too few fields.")
        }
        return columns.map { fields[$0] }
    }

    /// A number of the row that was read last.
    func number(_ text: Substring) throws(OperatorError) -> Double {
        guard let number = Double(text), number.isFinite else {
            throw OperatorError("\(path), line \(lineNumber): \(text) is no number.")
        }
        return number
    }

    /// A whole number of the row that was read last.
    func whole(_ text: Substring) throws(OperatorError) -> Int64 {
        guard let number = Int64(text), abs(number) < 1 << 40 else {
            throw OperatorError("\(path), line \(lineNumber): \(text) is no whole number in range.")
        }
        return number
    }

    /// Ends the reading before the end of the file.
    consuming func close() {
        lines.close()
    }
}
