package import Configuration

/// Where a service's store is, as `NEXORS_DATABASE_URL` says it.
package enum StoreLocation: Sendable {
    /// A file of SQLite, with its absolute path.
    case sqlite(path: String)
    /// A database of PostgreSQL, with its whole URL, which may hold a password.
    case postgres(url: LocationURL)

    /// The key that names it.
    private static let key = "NEXORS_DATABASE_URL"

    /// The location that `url` names: `sqlite:/path`, `sqlite:///path`, or what libpq takes.
    ///
    /// - Throws: Where no store can be opened there, whatever the machine: a path that is not absolute, a host
    ///   before it, or PostgreSQL in a program that was built without it.
    package init(_ url: LocationURL) throws(ConfigurationError) {
        guard url.scheme == "sqlite" else {
            #if PostgreSQL
            self = .postgres(url: url)
            return
            #else
            throw Self.refusal(
                "this program was built without PostgreSQL: build it with --traits PostgreSQL, "
                    + "or use sqlite:/PATH"
            )
            #endif
        }
        let rest = url.reveal().dropFirst("sqlite:".count)
        // "sqlite:///path" has an empty host between its slashes.
        let path = rest.hasPrefix("///") ? rest.dropFirst(2) : rest
        guard path.hasPrefix("/"), !path.hasPrefix("//"), !path.hasSuffix("/") else {
            throw Self.refusal(
                "the file of SQLite is named by its absolute path, as in sqlite:/var/lib/nexors/NAME.db"
            )
        }
        self = .sqlite(path: String(path))
    }

    private static func refusal(_ message: String) -> ConfigurationError {
        ConfigurationError([.init(key, message)])
    }
}
