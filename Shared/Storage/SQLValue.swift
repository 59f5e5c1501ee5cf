/// One value of a statement's arguments or of a row: the types that both engines share.
package enum SQLValue: Hashable, Sendable {
    case null
    /// INTEGER in SQLite, BIGINT in PostgreSQL; booleans are 0 and 1, times microseconds, money minor units.
    case integer(Int64)
    /// TEXT, UTF-8.
    case text(String)
    /// BLOB in SQLite, BYTEA in PostgreSQL; identifiers are 16 bytes, most significant first.
    case blob([UInt8])
}
