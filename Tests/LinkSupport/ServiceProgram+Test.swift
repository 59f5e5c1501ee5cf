package import Configuration
package import Model
package import Reactor
package import ServiceRuntime
package import Telemetry
package import Timekeeping

extension ServiceProgram {
    /// A program within the test's process; its parts are for the test to start.
    ///
    /// - Parameters:
    ///   - environment: All settings; the schema is checked as in a process.
    ///   - keys: Adds the program's own settings to the common ones.
    ///   - logger: Where lines go; nowhere by default.
    ///   - loops: Those of the test, or as many new ones as the settings say.
    /// - Throws: `ConfigurationError`, or what the system says of loops.
    package static func test(
        _ service: ServiceName,
        _ environment: [String: String],
        keys: (inout ConfigurationSchema) -> Void = { _ in },
        logger: Logger = .none,
        loops: EventLoopGroup? = nil,
        time: any TimeSource = SystemTimeSource()
    ) throws -> ServiceProgram {
        var schema = ConfigurationSchema()
        CommonKeys(service).add(to: &schema)
        keys(&schema)
        let values = try ConfigurationValues(schema, environment: environment)
        let configuration = try CommonConfiguration(service, values)
        return ServiceProgram(
            configuration: configuration,
            values: values,
            logger: logger,
            registry: MetricsRegistry(),
            health: Health(),
            loops: try loops
                ?? EventLoopGroup(
                    name: service.text,
                    count: configuration.eventLoopCount,
                    timeSource: time
                ),
            stop: StopRequest(),
            time: time
        )
    }
}
