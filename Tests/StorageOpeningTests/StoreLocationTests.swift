import Configuration
import StorageOpening
import Testing

@Suite("StoreLocation")
struct StoreLocationTests {
    private static let schemes = ["sqlite", "postgres", "postgresql"]

    @Test(
        "an absolute path names a file of SQLite, with or without an empty host",
        arguments: ["sqlite:/var/lib/a.db", "sqlite:///var/lib/a.db", "SQLITE:/var/lib/a.db"]
    )
    func file(text: String) throws {
        let url = try #require(LocationURL(text, schemes: Self.schemes))
        guard case .sqlite("/var/lib/a.db") = try StoreLocation(url) else {
            Issue.record("\(text) names another place")
            return
        }
    }

    @Test(
        "what is no file's absolute path is refused with an example",
        arguments: [
            "sqlite:a.db", "sqlite:./a.db", "sqlite://host/a.db", "sqlite:/var/lib/",
            "sqlite::memory:",
            "sqlite:/",
        ]
    )
    func noFile(text: String) throws {
        let url = try #require(LocationURL(text, schemes: Self.schemes))
        let error = #expect(throws: ConfigurationError.self) { try StoreLocation(url) }
        #expect(error?.problems.first?.key == "NEXORS_DATABASE_URL")
        #expect(error?.description.contains("sqlite:/var/lib/nexors/NAME.db") == true)
    }

    @Test(
        "PostgreSQL is taken where it was built in, and its lack is told without the URL's password"
    )
    func postgres() throws {
        let text = "postgres://nexors:hidden@localhost/payments"
        let url = try #require(LocationURL(text, schemes: Self.schemes))
        #if PostgreSQL
        guard case .postgres = try StoreLocation(url) else {
            Issue.record("not PostgreSQL")
            return
        }
        #else
        let error = #expect(throws: ConfigurationError.self) { try StoreLocation(url) }
        #expect(error?.description.contains("built without PostgreSQL") == true)
        #expect(error?.description.contains("hidden") == false)
        #endif
    }
}
