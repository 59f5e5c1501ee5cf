internal import Configuration
internal import DispatchServer
internal import Model
internal import ServiceRuntime
internal import StorageOpening

/// The program `dispatch`.
@main
struct DispatchMain {
    static func main() {
        ServiceProgram.run(
            .dispatch,
            migrations: DispatchMigrations.all,
            keys: { $0.add(Failpoint.key) }
        ) { program, store in
            let failpoint = try Failpoint(program, places: DispatchServer.places)
            return try DispatchServer(program, store: store, failpoint: failpoint).parts
        }
    }
}
