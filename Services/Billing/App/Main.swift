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
            migrations: BillingServer.migrations,
            keys: { BillingKeys().add(to: &$0) }
        ) { program, store in
            try BillingServer(program, store: store).parts
        }
    }
}
