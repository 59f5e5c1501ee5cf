/// Columns of text, aligned for a terminal.
package struct TextTable: Sendable {
    /// How a column is aligned.
    package enum Alignment: Sendable {
        case left
        case right
    }

    private let titles: [String]
    private let alignments: [Alignment]
    private var rows: [[String]] = []

    /// A table without rows; columns are left-aligned where nothing is said.
    package init(_ titles: [String], _ alignments: [Alignment] = []) {
        self.titles = titles
        self.alignments = titles.indices.map {
            $0 < alignments.count ? alignments[$0] : .left
        }
    }

    /// Adds a row; missing cells are empty, further ones are dropped.
    package mutating func add(_ cells: [String]) {
        rows.append(titles.indices.map { $0 < cells.count ? cells[$0] : "" })
    }

    /// The lines: titles, a rule, the rows. Without titles only the rows.
    package var lines: [String] {
        let hasTitles = titles.contains { !$0.isEmpty }
        let all = (hasTitles ? [titles] : []) + rows
        let widths = titles.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        var lines = all.map { line($0, widths) }
        if hasTitles {
            let rule = widths.map { String(repeating: "-", count: $0) }.joined(separator: "  ")
            lines.insert(rule, at: 1)
        }
        return lines
    }

    private func line(_ cells: [String], _ widths: [Int]) -> String {
        var text = ""
        for column in titles.indices {
            let padding = String(repeating: " ", count: widths[column] - cells[column].count)
            if column > 0 { text += "  " }
            text += alignments[column] == .left ? cells[column] + padding : padding + cells[column]
        }
        while text.last == " " { text.removeLast() }
        return text
    }
}
