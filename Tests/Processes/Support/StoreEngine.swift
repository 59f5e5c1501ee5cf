public import TestSupport

/// Which engine the programs under test keep their stores on.
public enum StoreEngine: String, CaseIterable, Sendable {
    case sqlite
    case postgres

    /// Those that this build and machine have.
    public static var available: [StoreEngine] {
        #if PostgreSQL
        PostgresServer.programs == nil ? [.sqlite] : [.sqlite, .postgres]
        #else
        [.sqlite]
        #endif
    }

    /// The second engine: its server, and the trait `PostgreSQL` of this build.
    public static let postgresPrerequisite = Prerequisite(
        "postgresql",
        advice: "install postgresql and build with --traits PostgreSQL"
    ) { available.contains(.postgres) }

    /// A new database; `nil` for a file of its own.
    ///
    /// - Throws: Where the server does not start.
    public func makeDatabase() throws -> String? {
        switch self {
        case .sqlite: nil
        case .postgres: try PostgresServer.shared.get().makeDatabase()
        }
    }
}
