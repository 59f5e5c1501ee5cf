internal import Configuration
internal import DispatchServer
internal import Model
internal import ServiceRuntime
internal import StorageOpening

/// The program `dispatch`.
@main
struct DispatchMain {
    static func main() {
        ServiceProgram.run(.dispatch, keys: { $0.add(Failpoint.key) }) { program in
            let store = ServiceStore(
                try StoreLocation(program.configuration.databaseURL),
                migrations: DispatchMigrations.all,
                health: program.health,
                registry: program.registry,
                time: program.time
            )
            let failpoint = try Failpoint(
                program.values,
                program.configuration.deployment,
                places: DispatchServer.places
            )
            let server = try DispatchServer(program, store: store, failpoint: failpoint)
            return [store] + server.parts
        }
    }
}
