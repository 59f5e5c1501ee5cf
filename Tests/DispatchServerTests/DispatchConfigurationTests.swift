import Configuration
import DispatchCore
import DispatchServer
import Model
import ServiceRuntime
import Testing

@Suite("The settings of dispatch")
struct DispatchConfigurationTests {
    private func configuration(_ settings: [String: String]) throws -> DispatchConfiguration {
        var schema = ConfigurationSchema()
        CommonKeys(.dispatch).add(to: &schema)
        DispatchKeys().add(to: &schema)
        let common = [
            "NEXORS_ENVIRONMENT": "test", "NEXORS_DATABASE_URL": "sqlite:/tmp/never-opened.db",
        ]
        let values = try ConfigurationValues(
            schema,
            environment: common.merging(settings) { $1 }
        )
        return try DispatchConfiguration(try CommonConfiguration(.dispatch, values), values)
    }

    @Test("what is not said is as the rules have it")
    func defaults() throws {
        let configuration = try configuration([:])
        #expect(configuration.policy == .init())
        #expect(configuration.driverLostTime == .seconds(90))
        #expect(configuration.leaseTime == .seconds(10))
    }

    @Test("times reach the rules")
    func times() throws {
        let configuration = try configuration([
            "NEXORS_OFFER_ANSWER_TIME": "30s", "NEXORS_AUTHORISATION_TIME": "5m",
            "NEXORS_DRIVER_LOST_TIME": "45s", "NEXORS_LEASE_TIME": "1500ms",
        ])
        #expect(configuration.policy.answerSeconds == 30)
        #expect(configuration.policy.authorisationSeconds == 300)
        #expect(configuration.policy.isInRange)
        #expect(configuration.driverLostTime == .seconds(45))
        #expect(configuration.leaseTime == .milliseconds(1500))
    }

    @Test(
        "values out of range and parts of seconds are errors that name the key",
        arguments: [
            ("NEXORS_OFFER_ANSWER_TIME", "4s", "5s"), ("NEXORS_OFFER_ANSWER_TIME", "181s", "180s"),
            ("NEXORS_OFFER_ANSWER_TIME", "5500ms", "6s"),
            ("NEXORS_AUTHORISATION_TIME", "4s", "5s"),
            ("NEXORS_AUTHORISATION_TIME", "86401s", "86400s"),
            ("NEXORS_DRIVER_LOST_TIME", "999ms", "1s"),
            ("NEXORS_DRIVER_LOST_TIME", "3601s", "3600s"),
            ("NEXORS_LEASE_TIME", "999ms", "1s"), ("NEXORS_LEASE_TIME", "301s", "300s"),
        ]
    )
    func refusals(key: String, refused: String, taken: String) throws {
        let error = #expect(throws: ConfigurationError.self) { try configuration([key: refused]) }
        #expect(error?.description.contains(key) == true)
        _ = try configuration([key: taken])
    }
}
