internal import IngestServer
internal import Model
internal import ServiceRuntime
internal import StorageOpening

/// The program `ingest`: drivers' phones, positions, zones.
@main
struct IngestMain {
    static func main() {
        ServiceProgram.run(
            .ingest,
            migrations: IngestServer.migrations,
            keys: { IngestKeys().add(to: &$0) }
        ) { program, store in
            try IngestServer(program, store: store).parts
        }
    }
}
