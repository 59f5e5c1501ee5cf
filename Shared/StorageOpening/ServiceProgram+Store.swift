package import Configuration
package import Model
package import ServiceRuntime
package import Storage

extension ServiceProgram {
    /// Runs a program that has a store of its own, its first part; otherwise as `run(_:_:keys:parts:)`.
    ///
    /// - Parameters:
    ///   - summary: What the program is, for its help.
    ///   - migrations: All sets that live in the store.
    ///   - keys: Adds the program's own settings to the common ones.
    ///   - parts: Makes the parts behind the store, in the order of starting; the store opens before they start.
    package static func run(
        _ service: ServiceName,
        _ summary: String,
        migrations: [MigrationSet],
        keys: (inout ConfigurationSchema) -> Void = { _ in },
        parts: @escaping @Sendable (ServiceProgram, ServiceStore) throws -> [any ServiceComponent]
    ) -> Never {
        run(service, summary, keys: keys) { program in
            let store = ServiceStore(
                try StoreLocation(program.configuration.databaseURL),
                migrations: migrations,
                health: program.health,
                registry: program.registry,
                logger: program.logger,
                time: program.time
            )
            return [store] + (try parts(program, store))
        }
    }
}
