import TestSupport
import Testing

@testable import Configuration

private enum Level: String, CaseIterable, Sendable {
    case debug
    case info
}

private enum Keys {
    static let level = ConfigurationKey<Level>.choice(
        "NEXORS_LOG_LEVEL",
        default: "info",
        "How much is logged."
    )
    static let wait = ConfigurationKey<Duration>.duration(
        "NEXORS_DRAIN",
        .milliseconds(1)...(.seconds(60)),
        default: "20s",
        "How long to drain."
    )
    static let size = ConfigurationKey<Int64>.byteCount(
        "NEXORS_FRAME",
        64...(1 << 20),
        default: "64KiB",
        "The frame."
    )
    static let loops = ConfigurationKey<Int>.integer(
        "NEXORS_LOOPS",
        1...64,
        default: "1",
        "Event loops."
    )
    static let isFast = ConfigurationKey<Bool>.flag("NEXORS_FAST", default: "false", "Fast.")
    static let peers = ConfigurationKey<[HostAndPort]>.addresses("NEXORS_PEERS", "Peers.")
        .optional()
    static let key = ConfigurationKey<Secret>.secret("NEXORS_API_KEY", "The key.").optional()
    static let store = ConfigurationKey<LocationURL>.url(
        "NEXORS_STORE",
        schemes: ["sqlite", "postgres"],
        "The store."
    )
    static let path = ConfigurationKey<String>.path(
        "NEXORS_TLS",
        default: "/etc/tls",
        "Certificates."
    )

    static var schema: ConfigurationSchema {
        var schema = ConfigurationSchema()
        schema.add(level)
        schema.add(wait)
        schema.add(size)
        schema.add(loops)
        schema.add(isFast)
        schema.add(peers)
        schema.add(key)
        schema.add(store)
        schema.add(path)
        return schema
    }
}

private func read(
    _ environment: [String: String],
    files: [String: String] = [:]
) throws(ConfigurationError) -> ConfigurationValues {
    try ConfigurationValues(Keys.schema, environment: environment) {
        path throws(ConfigurationFile.ReadError) in
        guard let text = files[path] else {
            throw ConfigurationFile.ReadError(message: "cannot be opened: none")
        }
        return text
    }
}

private func problems(_ environment: [String: String], files: [String: String] = [:]) -> [String] {
    do throws(ConfigurationError) {
        _ = try read(environment, files: files)
        return []
    } catch {
        return error.problems.map(\.description)
    }
}

@Suite("Configuration")
struct ConfigurationTests {
    private let least = ["NEXORS_STORE": "sqlite:/tmp/x"]

    @Test("defaults stand for what is not given")
    func defaults() throws {
        let values = try read(least)
        #expect(values[Keys.level] == .info)
        #expect(values[Keys.wait] == .seconds(20))
        #expect(values[Keys.size] == 65_536)
        #expect(values[Keys.loops] == 1)
        #expect(values[Keys.isFast] == false)
        #expect(values[Keys.peers] == nil)
        #expect(values[Keys.key] == nil)
        #expect(values[Keys.path] == "/etc/tls")
        #expect(values[Keys.store].scheme == "sqlite")
        #expect(values[Keys.store].reveal() == "sqlite:/tmp/x")
    }

    @Test(
        "the environment goes before the file, the file before the default; others' variables are ignored"
    )
    func precedence() throws {
        let file = """
            # A comment

              NEXORS_DRAIN = 3s
            NEXORS_LOOPS=2
            NEXORS_TLS=/with=equals and "quotes"
            """
        var environment = least
        environment["NEXORS_CONFIG_FILE"] = "/c"
        environment["NEXORS_LOOPS"] = "4"
        environment["PATH"] = "/bin"
        environment["OTHER"] = ""
        let values = try read(environment, files: ["/c": file])
        #expect(values[Keys.wait] == .seconds(3))
        #expect(values[Keys.loops] == 4)
        #expect(values[Keys.path] == "/with=equals and \"quotes\"")
    }

    @Test("an unknown key is an error that names the nearest one")
    func unknown() {
        var environment = least
        environment["NEXORS_LOG_LEVL"] = "info"
        environment["NEXORS_SOMETHING_ELSE"] = "1"
        #expect(
            problems(environment) == [
                "NEXORS_LOG_LEVL: there is no such key; did you mean NEXORS_LOG_LEVEL?",
                "NEXORS_SOMETHING_ELSE: there is no such key",
            ]
        )
    }

    @Test("only secrets have a _FILE variant")
    func fileVariant() {
        var environment = least
        environment["NEXORS_LOOPS_FILE"] = "/x"
        #expect(
            problems(environment) == [
                "NEXORS_LOOPS_FILE: there is no such key"
            ]
        )
    }

    struct BadValue: Sendable {
        let key: String
        let value: String
        let form: String
    }

    static let badValues = [
        BadValue(key: "NEXORS_LOOPS", value: "0", form: "integer, 1 ... 64"),
        BadValue(key: "NEXORS_LOOPS", value: "65", form: "integer, 1 ... 64"),
        BadValue(key: "NEXORS_LOOPS", value: "+1", form: "integer, 1 ... 64"),
        BadValue(key: "NEXORS_LOOPS", value: "", form: "integer, 1 ... 64"),
        BadValue(key: "NEXORS_DRAIN", value: "5", form: "duration with its unit, 1ms ... 1m"),
        BadValue(key: "NEXORS_DRAIN", value: "61s", form: "duration with its unit, 1ms ... 1m"),
        BadValue(key: "NEXORS_DRAIN", value: "999us", form: "duration with its unit, 1ms ... 1m"),
        BadValue(key: "NEXORS_DRAIN", value: "-1s", form: "duration with its unit, 1ms ... 1m"),
        BadValue(key: "NEXORS_DRAIN", value: "1.5s", form: "duration with its unit, 1ms ... 1m"),
        BadValue(
            key: "NEXORS_DRAIN",
            value: "9999999999999h",
            form: "duration with its unit, 1ms ... 1m"
        ),
        BadValue(key: "NEXORS_FRAME", value: "63B", form: "bytes with their unit, 64B ... 1MiB"),
        BadValue(key: "NEXORS_FRAME", value: "64KB", form: "bytes with their unit, 64B ... 1MiB"),
        BadValue(
            key: "NEXORS_FRAME",
            value: "9999999999999GiB",
            form: "bytes with their unit, 64B ... 1MiB"
        ),
        BadValue(key: "NEXORS_FAST", value: "yes", form: "true or false"),
        BadValue(key: "NEXORS_LOG_LEVEL", value: "INFO", form: "debug or info"),
        BadValue(key: "NEXORS_PEERS", value: "a:1,", form: "host:port,host:port,..."),
        BadValue(key: "NEXORS_PEERS", value: "a", form: "host:port,host:port,..."),
        BadValue(key: "NEXORS_PEERS", value: "a:65536", form: "host:port,host:port,..."),
        BadValue(key: "NEXORS_TLS", value: "", form: "path"),
    ]

    @Test("a bad value is an error with key, value and form", arguments: badValues)
    func badValue(row: BadValue) {
        var environment = least
        environment[row.key] = row.value
        #expect(
            problems(environment) == [
                "\(row.key): \"\(row.value)\" is not as expected (\(row.form))"
            ]
        )
    }

    @Test("values at the ends of their ranges are taken")
    func ends() throws {
        var environment = least
        environment["NEXORS_LOOPS"] = "64"
        environment["NEXORS_DRAIN"] = "1ms"
        environment["NEXORS_FRAME"] = "1MiB"
        environment["NEXORS_PEERS"] = "localhost:0, [::1]:65535"
        let values = try read(environment)
        #expect(values[Keys.loops] == 64)
        #expect(values[Keys.wait] == .milliseconds(1))
        #expect(values[Keys.size] == 1 << 20)
        #expect(values[Keys.peers]?.map(\.description) == ["localhost:0", "[::1]:65535"])
    }

    @Test("what is required and missing is named with its meaning")
    func required() {
        #expect(
            problems([:]) == [
                "NEXORS_STORE: is required (URL, sqlite: or postgres:): The store."
            ]
        )
    }

    @Test("all faults are told together")
    func together() {
        #expect(
            problems(["NEXORS_LOOPS": "x", "NEXORS_FAST": "x", "NEXORS_NOTHING_LIKE_IT": ""]).count
                == 4
        )
    }

    @Test("a secret comes from the environment or a file, not both, and is never printed")
    func secrets() throws {
        var environment = least
        environment["NEXORS_API_KEY_FILE"] = "/s"
        let values = try read(environment, files: ["/s": "hush\n"])
        let secret = try #require(values[Keys.key])
        #expect(secret.reveal() == "hush")
        var dumped = ""
        dump(secret, to: &dumped)
        dump(values[Keys.store], to: &dumped)
        let shown = "\(secret) \(String(reflecting: secret)) \(values[Keys.store]) \(dumped)"
        #expect(!shown.contains("hush"))
        #expect(!shown.contains("/tmp/x"))

        environment["NEXORS_API_KEY"] = "hush2"
        #expect(
            problems(environment, files: ["/s": "hush"]) == [
                "NEXORS_API_KEY_FILE: NEXORS_API_KEY is set as well: keep one of them"
            ]
        )
        environment["NEXORS_API_KEY"] = nil
        #expect(problems(environment) == ["NEXORS_API_KEY_FILE: /s cannot be opened: none"])
        #expect(
            problems(environment, files: ["/s": "\n"]) == [
                "NEXORS_API_KEY: the value is not as expected (secret)"
            ]
        )
        let wrong = problems(["NEXORS_STORE": "mysql://user:hush@host/db"])
        #expect(wrong == ["NEXORS_STORE: the value is not as expected (URL, sqlite: or postgres:)"])
    }

    @Test("faults of the file are told with their line")
    func fileFaults() {
        var environment = least
        environment["NEXORS_CONFIG_FILE"] = "/c"
        let file = """
            NEXORS_LOOPS=1
            nonsense
            PATH=/bin
            NEXORS_LOOPS=2
            NEXORS_CONFIG_FILE=/d
            """
        #expect(
            problems(environment, files: ["/c": file]) == [
                "/c:2: the line is not KEY=value",
                "/c:3: the key PATH does not start with NEXORS_",
                "/c:4: NEXORS_LOOPS is set twice, first at /c:1",
                "/c:5: a file cannot name another: set NEXORS_CONFIG_FILE outside",
            ]
        )
        #expect(problems(environment) == ["NEXORS_CONFIG_FILE: /c cannot be opened: none"])
    }

    @Test("an unknown key and a bad value of the file are told with file, line and nearest key")
    func filePlaces() throws {
        var environment = least
        environment["NEXORS_CONFIG_FILE"] = "/c"
        environment["NEXORS_FAST"] = "maybe"
        let file = """
            # The environment goes before the next line, so nobody is told of it.
            NEXORS_FAST=perhaps
            NEXORS_LOG_LEVL=info

            NEXORS_LOOPS=65
            """
        #expect(
            problems(environment, files: ["/c": file]) == [
                "/c:3: NEXORS_LOG_LEVL: there is no such key; did you mean NEXORS_LOG_LEVEL?",
                "/c:5: NEXORS_LOOPS: \"65\" is not as expected (integer, 1 ... 64)",
                "NEXORS_FAST: \"maybe\" is not as expected (true or false)",
            ]
        )
        environment["NEXORS_FAST"] = nil
        let values = try read(environment, files: ["/c": "\nNEXORS_LOOPS=2"])
        let later = values.located(
            ConfigurationError([
                .init("NEXORS_LOOPS", "is too much"), .init("NEXORS_TLS", "is missing"),
            ])
        )
        #expect(later.description == "/c:2: NEXORS_LOOPS: is too much\nNEXORS_TLS: is missing")
    }

    @Test("the help shows every key by section, aligned, none of its lines over 100 columns")
    func help() {
        var schema = ConfigurationSchema()
        schema.begin(section: "First")
        schema.add(Keys.wait)
        schema.begin(section: "Second")
        schema.add(Keys.store)
        schema.add(Keys.key)
        #expect(
            schema.help == """
                First:
                  NEXORS_CONFIG_FILE   The file of settings.
                  NEXORS_DRAIN         How long to drain.
                                       duration with its unit, 1ms ... 1m; default 20s

                Second:
                  NEXORS_STORE         The store.
                                       URL, sqlite: or postgres:; required
                  NEXORS_STORE_FILE    The file that holds it, in place of NEXORS_STORE.
                  NEXORS_API_KEY       The key.
                                       secret; optional
                  NEXORS_API_KEY_FILE  The file that holds it, in place of NEXORS_API_KEY.

                """
        )
        let words = String(repeating: "words that go on ", count: 20)
        schema.add(ConfigurationKey<String>.text("NEXORS_LONG", default: "x", words))
        let lines = schema.help.split(separator: "\n")
        #expect(lines.allSatisfy { $0.count <= 100 })
        #expect(lines.count { $0.hasPrefix(String(repeating: " ", count: 23)) } > 4)
    }

    @Test("the table and the accepted names show every key")
    func table() {
        let table = Keys.schema.markdownTable
        #expect(
            table.contains(
                "| `NEXORS_DRAIN` | duration with its unit, 1ms ... 1m | `20s` | How long to drain. |\n"
            )
        )
        #expect(table.contains("| `NEXORS_STORE` or `NEXORS_STORE_FILE` | "))
        #expect(table.contains("| required | The store. |"))
        #expect(table.contains("| secret | none | The key. |"))
        #expect(
            Keys.schema.acceptedNames == [
                "NEXORS_CONFIG_FILE", "NEXORS_LOG_LEVEL", "NEXORS_DRAIN", "NEXORS_FRAME",
                "NEXORS_LOOPS", "NEXORS_FAST", "NEXORS_PEERS", "NEXORS_API_KEY",
                "NEXORS_API_KEY_FILE", "NEXORS_STORE", "NEXORS_STORE_FILE", "NEXORS_TLS",
            ]
        )
    }
}

@Suite("ConfigurationFile")
struct ConfigurationFileTests {
    @Test("reads a file up to its limit and refuses more, none, and what is no text")
    func reading() throws {
        let directory = try TemporaryDirectory()
        let full = String(repeating: "x", count: ConfigurationFile.byteCountMax)
        #expect(try ConfigurationFile.read(directory.write(full, to: "full")) == full)
        let over = try directory.write(full + "x", to: "over")
        #expect(throws: ConfigurationFile.ReadError.self) { try ConfigurationFile.read(over) }
        let missing = #expect(throws: ConfigurationFile.ReadError.self) {
            try ConfigurationFile.read(directory.path(of: "none"))
        }
        #expect(missing?.message == "cannot be opened: No such file or directory")
        #expect(throws: ConfigurationFile.ReadError.self) {
            try ConfigurationFile.read(directory.path)
        }
        #expect(throws: ConfigurationFile.ReadError.self) {
            try ConfigurationFile.read("/proc/self/exe")
        }
    }

    @Test("the process's environment is read")
    func environment() {
        #expect(ConfigurationFile.processEnvironment()["PATH"]?.isEmpty == false)
    }

    @Test(
        "a quantity's text is the shortest and reads back",
        arguments: ["250ms", "5s", "90s", "2m", "1h", "1500us", "36h"]
    )
    func durations(text: String) throws {
        let duration = try #require(ValueText.duration(text))
        #expect(ValueText.duration(ValueText.text(duration)) == duration)
        #expect(ValueText.text(duration).count <= text.count)
    }
}
