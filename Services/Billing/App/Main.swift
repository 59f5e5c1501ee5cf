internal import BillingServer
internal import Model
internal import ServiceRuntime
internal import StorageOpening

/// The program `billing`.
@main
struct BillingMain {
    static func main() {
        ServiceProgram.run(.billing) { program in
            let store = ServiceStore(
                try StoreLocation(program.configuration.databaseURL),
                migrations: BillingServer.migrations,
                health: program.health,
                registry: program.registry,
                time: program.time
            )
            return [store] + (try BillingServer(program, store: store)).parts
        }
    }
}
