package import Configuration
package import DispatchCore
package import ServiceRuntime
internal import Timekeeping

/// The settings of dispatch beside the common ones.
package struct DispatchKeys: Sendable {
    /// How long a driver may think.
    package let answerTime = ConfigurationKey<Duration>.duration(
        "NEXORS_OFFER_ANSWER_TIME",
        .seconds(
            Int64(OpenOffer.answerSecondsMin)
        )...(.seconds(Int64(OpenOffer.answerSecondsMax))),
        default: "20s",
        "How long a driver has to answer an offer; business time, whole seconds."
    )
    /// How long the hold of the money may take.
    package let authorisationTime = ConfigurationKey<Duration>.duration(
        "NEXORS_AUTHORISATION_TIME",
        .seconds(
            Int64(MarketPolicy.authorisationSecondsMin)
        )...(.seconds(Int64(MarketPolicy.authorisationSecondsMax))),
        default: "120s",
        "How long a booking waits for the hold of the money; business time, whole seconds."
    )
    /// After which silence a driver counts as lost.
    package let driverLostTime = ConfigurationKey<Duration>.duration(
        "NEXORS_DRIVER_LOST_TIME",
        .seconds(1)...(.seconds(3600)),
        default: "90s",
        "After which silence of his phone a driver loses an offer, or a trip without its passenger; real time."
    )
    /// How long an instance that stands still keeps the markets.
    package let leaseTime = ConfigurationKey<Duration>.duration(
        "NEXORS_LEASE_TIME",
        .seconds(1)...(.seconds(300)),
        default: "10s",
        "After which silence of this instance another one on the same database takes over; real time."
    )

    /// The keys of dispatch.
    package init() {}

    /// Adds all of them to `schema`.
    package func add(to schema: inout ConfigurationSchema) {
        schema.add([answerTime, authorisationTime, driverLostTime, leaseTime])
        schema.add(Failpoint.key)
    }
}

/// The checked settings of dispatch.
package struct DispatchConfiguration: Sendable {
    /// The rules of every market.
    package let policy: MarketPolicy
    /// After which silence a driver counts as lost.
    package let driverLostTime: Duration
    /// How long an instance that stands still keeps the markets.
    package let leaseTime: Duration
    /// Where to die, in tests.
    package let failpoint: Failpoint

    /// The settings in `values`, whose schema `DispatchKeys.add(to:)` completed.
    ///
    /// - Throws: Times that are not whole seconds; a failpoint that is none.
    package init(
        _ common: CommonConfiguration,
        _ values: ConfigurationValues
    ) throws(ConfigurationError) {
        let keys = DispatchKeys()
        var policy = MarketPolicy()
        policy.answerSeconds = try Self.seconds(values, keys.answerTime)
        policy.authorisationSeconds = try Self.seconds(values, keys.authorisationTime)
        self.policy = policy
        driverLostTime = values[keys.driverLostTime]
        leaseTime = values[keys.leaseTime]
        failpoint = try Failpoint(values, common.deployment, places: DispatchServer.places)
    }

    private static func seconds(
        _ values: ConfigurationValues,
        _ key: ConfigurationKey<Duration>
    ) throws(ConfigurationError) -> Int32 {
        let milliseconds = values[key].wholeMilliseconds
        guard milliseconds % 1000 == 0 else {
            throw ConfigurationError([.init(key.name, "is counted in whole seconds")])
        }
        return Int32(clamping: milliseconds / 1000)
    }
}
