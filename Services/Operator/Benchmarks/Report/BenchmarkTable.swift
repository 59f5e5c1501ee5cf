/// Results as a table: for a terminal and, being Markdown, for the README.
package enum BenchmarkTable {
    private static let heading = ["benchmark", "value", "unit", "peer", "ratio", "target", ""]

    /// The table's text, columns aligned.
    package static func render(_ results: [BenchmarkResult]) -> String {
        let rows = [heading] + results.map(row)
        let widths = heading.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        var lines = rows.map { row in
            let cells = zip(row, widths).map { cell, width in
                cell + String(repeating: " ", count: width - cell.count)
            }
            return "| " + cells.joined(separator: " | ") + " |"
        }
        let rule = widths.map { String(repeating: "-", count: $0) }.joined(separator: " | ")
        lines.insert("| \(rule) |", at: 1)
        return lines.joined(separator: "\n") + "\n"
    }

    private static func row(_ result: BenchmarkResult) -> [String] {
        let verdict =
            switch result.isPassed {
            case true: "reached"
            case false: "missed"
            default: ""
            }
        return [
            "\(result.bench): \(result.metric)",
            BenchmarkResult.short(result.value),
            result.unit,
            result.peer.map(BenchmarkResult.short) ?? "",
            result.ratio.map(BenchmarkResult.short) ?? "",
            result.targetText ?? "",
            verdict,
        ]
    }
}
