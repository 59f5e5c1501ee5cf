internal import BillingServer
internal import Model
internal import ServiceRuntime
internal import StorageOpening

/// The program `billing`.
@main
struct BillingMain {
    static func main() {
        ServiceProgram.run(
            .billing,
            """
            Counts what fleets owe the operator: commission and fees of each completed trip, a statement a
            month.
            """,
            migrations: BillingServer.migrations,
            keys: { BillingKeys().add(to: &$0) }
        ) { program, store in
            try BillingServer(program, store: store).parts
        }
    }
}
