package import Model

extension BookingTable {
    /// The lines as a Markdown table, as the service's README shows them; a test compares the two.
    package static var markdown: String {
        var lines = [
            "| step | from | to | on the word of | then | acknowledged without effect in |",
            "| --- | --- | --- | --- | --- | --- |",
        ]
        for row in rows {
            let cells = [
                "`\(row.step.text)`",
                states(row.from),
                states([row.to]),
                row.actors.map(\.text).joined(separator: ", "),
                row.consequences.map(\.text).joined(separator: ", "),
                states(row.acknowledgedIn),
            ]
            lines.append("| " + cells.joined(separator: " | ") + " |")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The states that the table can reach or leave, in the order of their raw values: the API's enumeration.
    package static var states: [BookingState] {
        var seen: Set<BookingState> = []
        for row in rows {
            seen.formUnion(row.from)
            seen.insert(row.to)
        }
        return BookingState.allCases.filter(seen.contains)
    }

    private static func states(_ states: [BookingState]) -> String {
        states.map { "`\($0.text)`" }.joined(separator: " ")
    }
}
