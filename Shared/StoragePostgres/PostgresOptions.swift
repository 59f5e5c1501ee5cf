#if PostgreSQL
/// How a PostgreSQL database is reached.
package struct PostgresOptions: Sendable {
    /// `postgres://user@host:port/database?...`, several hosts separated by commas. May hold a password: never
    /// printed.
    package var url: String
    /// Seconds that connecting may take.
    package var connectSeconds = 5
    /// Milliseconds that one statement may take on the server.
    package var statementMilliseconds = 30_000
    /// Milliseconds that a statement may wait for a lock.
    package var lockMilliseconds = 5_000
    /// Whether a server with `fsync` off is taken: for nothing but experiments.
    package var acceptsUnsafeServer = false

    /// The options of a service for the database at `url`.
    package init(url: String) {
        self.url = url
    }
}
#endif
