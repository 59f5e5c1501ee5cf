import Configuration
import PaymentsServer
import ServiceRuntime
import Testing

@Suite("Settings of payments")
struct PaymentsConfigurationTests {
    private func read(_ url: String, _ deployment: Deployment) throws -> PaymentsConfiguration {
        var schema = ConfigurationSchema()
        PaymentsKeys().add(to: &schema)
        let values = try ConfigurationValues(
            schema,
            environment: [
                "NEXORS_PAYPAL_URL": url, "NEXORS_PAYPAL_CLIENT_ID": "id",
                "NEXORS_PAYPAL_CLIENT_SECRET": "secret",
            ]
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

    @Test("elsewhere a stand-in may stand in")
    func rehearsal() throws {
        let url = "http://127.0.0.1:8790"
        #expect(try read(url, .test).payPal.baseURL == url)
    }
}
