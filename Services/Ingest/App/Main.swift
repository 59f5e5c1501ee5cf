internal import IngestServer
internal import Model
internal import ServiceRuntime
internal import StorageOpening

/// The program `ingest`: drivers' phones, positions, zones.
@main
struct IngestMain {
    static func main() {
        ServiceProgram.run(.ingest, keys: { IngestKeys().add(to: &$0) }) { program in
            let store = ServiceStore(
                try StoreLocation(program.configuration.databaseURL),
                migrations: IngestServer.migrations,
                health: program.health,
                registry: program.registry,
                time: program.time
            )
            return [store] + (try IngestServer(program, store: store)).parts
        }
    }
}
