internal import Model
internal import PaymentsServer
internal import ServiceRuntime
internal import StorageOpening

/// The program `payments`.
@main
struct PaymentsMain {
    static func main() {
        let keys = PaymentsKeys()
        ServiceProgram.run(.payments, keys: { keys.add(to: &$0) }) { program in
            let configuration = try PaymentsConfiguration(
                program.values,
                program.configuration.deployment
            )
            let store = ServiceStore(
                try StoreLocation(program.configuration.databaseURL),
                migrations: PaymentsServer.migrations,
                health: program.health,
                registry: program.registry,
                time: program.time
            )
            return [store] + (try PaymentsServer(program, configuration, store: store)).parts
        }
    }
}
