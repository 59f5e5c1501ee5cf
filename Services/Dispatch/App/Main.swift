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
            keys: { DispatchKeys().add(to: &$0) }
        ) { program, store in
            try DispatchServer(program, store: store).parts
        }
    }
}
