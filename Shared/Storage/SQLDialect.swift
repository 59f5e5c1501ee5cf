/// Which engine runs a statement, for the few places where one text cannot serve both.
package enum SQLDialect: Hashable, Sendable {
    case sqlite
    case postgres

    /// A migration's text in this dialect, its words in braces replaced.
    ///
    ///     {bigint}     a signed 64-bit integer
    ///     {blob}       bytes
    ///     {text}       UTF-8, compared byte by byte
    ///     {table}      after the closing parenthesis of a table: column types are enforced
    ///     {clustered}  the same, and the rows lie in the order of the primary key
    package func translate(_ text: StaticString) -> String {
        let words: [(String, String)] =
            switch self {
            case .sqlite:
                [
                    ("{bigint}", "INTEGER"), ("{blob}", "BLOB"), ("{text}", "TEXT"),
                    ("{table}", "STRICT"), ("{clustered}", "STRICT, WITHOUT ROWID"),
                ]
            case .postgres:
                [
                    ("{bigint}", "BIGINT"), ("{blob}", "BYTEA"), ("{text}", "TEXT COLLATE \"C\""),
                    ("{table}", ""), ("{clustered}", ""),
                ]
            }
        return words.reduce("\(text)") { text, word in
            text.replacing(word.0, with: word.1)
        }
    }
}
