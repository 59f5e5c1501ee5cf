import Configuration
import HTTPClient
import LinkSupport
import Model
import ServiceRuntime
import TestSupport
import Testing

@testable import GatewayServer

@Suite("The gateway in production", .timeLimit(.minutes(2)))
struct ProductionTests {
    @Test("business time is real time, for the operator too")
    func businessTime() async throws {
        let folder = try TemporaryDirectory()
        var settings = try TestAuthority(in: folder).files("gateway").settings
        settings["NEXORS_ENVIRONMENT"] = "production"
        try await withRig(settings) { rig in
            let answer = try await rig.send(
                .post,
                "/v1/admin/business-time",
                key: GatewayRig.adminKey,
                body: #"{"business_origin": "2030-05-01T12:00:00Z", "factor": 60}"#
            )
            #expect(answer.status == 403)
            #expect(answer.code == "production")
        }
    }

    @Test("partners are served by HTTPS alone")
    func https() throws {
        var schema = ConfigurationSchema()
        CommonKeys(.gateway).add(to: &schema)
        GatewayKeys().add(to: &schema)
        var environment = [
            "NEXORS_ENVIRONMENT": "production", "NEXORS_DATABASE_URL": "sqlite:/tmp/gateway.db",
            "NEXORS_TLS_CERTIFICATE": "/c", "NEXORS_TLS_KEY": "/k", "NEXORS_TLS_AUTHORITY": "/a",
            "NEXORS_TOKEN_KEYS": "/keys.pem", "NEXORS_ADMIN_KEY": GatewayRig.adminKey,
            "NEXORS_API_KEY_SECRET": "a secret of the tests, 32 bytes at least",
        ]
        func read() throws -> GatewayConfiguration {
            let values = try ConfigurationValues(schema, environment: environment)
            return try GatewayConfiguration(CommonConfiguration(.gateway, values), values)
        }
        let error = #expect(throws: ConfigurationError.self) { try read() }
        #expect(error?.problems.map(\.key) == ["NEXORS_HTTP_TLS_CERTIFICATE"])
        environment["NEXORS_HTTP_TLS_CERTIFICATE"] = "/edge.crt"
        environment["NEXORS_HTTP_TLS_KEY"] = "/edge.key"
        _ = try read()
    }
}
