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
            """
            Decides which driver serves which booking, and can say why. Keeps bookings, offers, trips,
            shifts and tariffs.
            """,
            migrations: DispatchMigrations.all,
            keys: { DispatchKeys().add(to: &$0) }
        ) { program, store in
            try DispatchServer(program, store: store).parts
        }
    }
}
