internal import GatewayServer
internal import Model
internal import ServiceRuntime
internal import StorageOpening

/// The program `gateway`.
@main
struct GatewayMain {
    static func main() {
        ServiceProgram.run(.gateway, keys: { GatewayKeys().add(to: &$0) }) { program in
            let store = ServiceStore(
                try StoreLocation(program.configuration.databaseURL),
                migrations: GatewayServer.migrations,
                health: program.health,
                registry: program.registry,
                time: program.time
            )
            return [store] + (try GatewayServer(program, store: store)).parts
        }
    }
}
