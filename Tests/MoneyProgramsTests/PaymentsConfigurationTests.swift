import Configuration
import LinkSupport
import PaymentsServer
import ServiceRuntime
import TestSupport
import Testing

@Suite("Settings of payments")
struct PaymentsConfigurationTests {
    private func read(
        _ url: String,
        _ deployment: Deployment,
        _ more: [String: String] = [:]
    ) throws -> PaymentsConfiguration {
        var schema = ConfigurationSchema()
        PaymentsKeys().add(to: &schema)
        let values = try ConfigurationValues(
            schema,
            environment: [
                "NEXORS_PAYPAL_URL": url, "NEXORS_PAYPAL_CLIENT_ID": "id",
                "NEXORS_PAYPAL_CLIENT_SECRET": "secret",
            ].merging(more) { $1 }
        )
        return try PaymentsConfiguration(values, deployment)
    }

    @Test("production reaches PayPal itself", arguments: PaymentsConfiguration.liveURLs)
    func live(url: String) throws {
        #expect(try read(url, .production).payPal.baseURL == url)
        #expect(try read(url + "/", .production).payPal.baseURL == url)
    }

    @Test(
        "production refuses a stand-in, the sandbox, and whatever only looks like PayPal",
        arguments: [
            "http://127.0.0.1:8790", "https://api-m.sandbox.paypal.com",
            "http://api-m.paypal.com", "https://api-m.paypal.com.example.com",
            "https://api-m.paypal.com:8443", "https://api-m.paypal.com/v1",
        ]
    )
    func standIn(url: String) {
        #expect(throws: ConfigurationError.self) { try read(url, .production) }
    }

    @Test("authorities are read at once, and refused where they are none")
    func authorities() throws {
        let folder = try TemporaryDirectory()
        let files = try TestAuthority(in: folder).files("payments")
        func read(_ path: String) throws -> String? {
            let url = PaymentsConfiguration.liveURLs[0]
            let settings = ["NEXORS_PAYPAL_AUTHORITY": path]
            return try self.read(url, .production, settings).payPal.authorityPath
        }
        #expect(try read(files.authority) == files.authority)
        for (path, says) in [("/none.pem", "No such file"), (files.key, files.key)] {
            let error = #expect(throws: ConfigurationError.self) { try read(path) }
            #expect(error?.problems.map(\.key) == ["NEXORS_PAYPAL_AUTHORITY"])
            #expect(error?.description.contains(says) == true, "\(error?.description ?? "")")
        }
    }

    @Test("elsewhere a stand-in may stand in")
    func rehearsal() throws {
        let url = "http://127.0.0.1:8790"
        #expect(try read(url, .test).payPal.baseURL == url)
    }
}
