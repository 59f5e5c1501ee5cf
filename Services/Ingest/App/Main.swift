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
            """
            Takes drivers' positions and passes their calls on to dispatch. Keeps device streams, trails and
            zones.
            """,
            migrations: IngestServer.migrations,
            keys: { IngestKeys().add(to: &$0) }
        ) { program, store in
            try IngestServer(program, store: store).parts
        }
    }
}
