internal import Model
internal import PaymentsServer
internal import ServiceRuntime
internal import StorageOpening

/// The program `payments`.
@main
struct PaymentsMain {
    static func main() {
        ServiceProgram.run(
            .payments,
            "Holds, takes and gives back money at payment providers, and keeps the double-entry ledger of it.",
            migrations: PaymentsServer.migrations,
            keys: { PaymentsKeys().add(to: &$0) }
        ) { program, store in
            let configuration = try PaymentsConfiguration(
                program.values,
                program.configuration.deployment
            )
            return try PaymentsServer(program, configuration, store: store).parts
        }
    }
}
