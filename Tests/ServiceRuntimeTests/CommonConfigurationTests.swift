import Configuration
import Model
import Reactor
import ServiceRuntime
import Telemetry
import Testing

@Suite("CommonConfiguration")
struct CommonConfigurationTests {
    private let tls = [
        "NEXORS_TLS_CERTIFICATE": "/c", "NEXORS_TLS_KEY": "/k", "NEXORS_TLS_AUTHORITY": "/a",
        "NEXORS_DATABASE_URL": "sqlite:/var/lib/nexors/dispatch.db",
        "NEXORS_TOKEN_KEYS": "/t",
    ]

    private func read(
        _ environment: [String: String],
        _ service: ServiceName = .dispatch
    ) throws(ConfigurationError) -> CommonConfiguration {
        var schema = ConfigurationSchema()
        CommonKeys(service).add(to: &schema)
        return try CommonConfiguration(
            service,
            ConfigurationValues(schema, environment: environment)
        )
    }

    @Test("a store, certificates and keys of tokens are all that production needs")
    func least() throws {
        let configuration = try read(tls)
        #expect(configuration.deployment == .production)
        #expect(configuration.tls == TLSFiles(certificate: "/c", key: "/k", authority: "/a"))
        #expect(configuration.listen.description == "127.0.0.1:7003")
        #expect(configuration.internalListen.description == "127.0.0.1:7903")
        #expect(configuration.databaseURL.scheme == "sqlite")
        #expect(configuration.logLevel == .info)
        #expect(configuration.eventLoopCount == 1)
        #expect(configuration.drainTime == .seconds(20))
        #expect(configuration.endpoints(of: .payments).isEmpty)
    }

    @Test("no two services share a default port")
    func ports() {
        let ports = ServiceName.allCases.flatMap {
            [CommonKeys.port(of: $0), CommonKeys.internalPort(of: $0)]
        }
        #expect(Set(ports).count == 10)
    }

    @Test("endpoints of peers are lists")
    func endpoints() throws {
        var environment = tls
        environment["NEXORS_PAYMENTS_ENDPOINTS"] = "pay-1:7004,[::1]:7004"
        let configuration = try read(environment)
        #expect(
            configuration.endpoints(of: .payments) == [
                Endpoint(host: "pay-1", port: 7004), Endpoint(host: "::1", port: 7004),
            ]
        )
    }

    @Test("certificates are all or none, and none only outside of production")
    func certificates() throws {
        var environment = tls
        environment["NEXORS_TLS_KEY"] = nil
        let partial = #expect(throws: ConfigurationError.self) { try read(environment) }
        #expect(partial?.problems.map(\.key) == ["NEXORS_TLS_KEY"])

        let store = ["NEXORS_DATABASE_URL": "sqlite:/x"]
        let none = #expect(throws: ConfigurationError.self) { try read(store) }
        #expect(none?.problems.count == 4)
        for deployment in ["demo", "test"] {
            let environment = store.merging(["NEXORS_ENVIRONMENT": deployment]) { _, new in new }
            #expect(try read(environment).tls == nil)
        }
    }

    @Test(
        "production needs keys of tokens, whichever program it is",
        arguments: ServiceName.allCases
    )
    func tokenKeys(service: ServiceName) throws {
        var environment = tls
        #expect(try read(environment, service).tokenKeysPath == "/t")
        environment["NEXORS_TOKEN_KEYS"] = nil
        let error = #expect(throws: ConfigurationError.self) { try read(environment, service) }
        #expect(error?.problems.map(\.key) == ["NEXORS_TOKEN_KEYS"])
        #expect(error?.description.contains("`nexors secrets write`") == true)
        environment["NEXORS_ENVIRONMENT"] = "demo"
        #expect(try read(environment, service).tokenKeysPath == nil)
    }

    @Test(
        "dispatch and ingest have one event loop, the others up to 64",
        arguments: ServiceName.allCases
    )
    func eventLoops(service: ServiceName) throws {
        let countMax = service == .dispatch || service == .ingest ? 1 : 64
        var environment = tls
        environment["NEXORS_EVENT_LOOPS"] = "\(countMax)"
        #expect(try read(environment, service).eventLoopCount == countMax)
        environment["NEXORS_EVENT_LOOPS"] = "\(countMax + 1)"
        let error = #expect(throws: ConfigurationError.self) { try read(environment, service) }
        #expect(
            error?.description
                == "NEXORS_EVENT_LOOPS: \"\(countMax + 1)\" is not as expected (integer, 1 ... \(countMax))"
        )
        #expect(CommonKeys(service).eventLoopCount.form == "integer, 1 ... \(countMax)")
    }

    @Test("an address to listen on is digits")
    func listenAddress() {
        var environment = tls
        environment["NEXORS_LISTEN"] = "localhost:7003"
        let error = #expect(throws: ConfigurationError.self) { try read(environment) }
        #expect(
            error?.description
                == "NEXORS_LISTEN: \"localhost:7003\" is not as expected (address:port in digits)"
        )
    }
}
