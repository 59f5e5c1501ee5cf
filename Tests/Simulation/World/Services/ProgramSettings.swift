internal import Configuration
internal import GatewayServer
internal import Model
internal import ServiceRuntime

/// The settings of the programs, read as they read them.
enum ProgramSettings {
    /// The operator's key.
    static let adminKey = "operator-key-of-the-simulator-0123456789"

    private static let environment = [
        "NEXORS_ENVIRONMENT": "test",
        "NEXORS_DATABASE_URL": "sqlite:store.db",
        "NEXORS_TOKEN_KEYS": "keys.pem",
        "NEXORS_API_KEY_SECRET": "a secret of the simulator, 32 bytes at least",
        "NEXORS_ADMIN_KEY": adminKey,
        "NEXORS_REQUESTS_PER_SECOND": "100000",
        "NEXORS_BOOKING_CACHE_COUNT": "64",
    ]

    /// The gateway's.
    static func gateway() throws(ConfigurationError) -> GatewayConfiguration {
        var schema = ConfigurationSchema()
        CommonKeys(.gateway).add(to: &schema)
        GatewayKeys().add(to: &schema)
        let values = try ConfigurationValues(schema, environment: environment)
        return try GatewayConfiguration(CommonConfiguration(.gateway, values), values)
    }
}
