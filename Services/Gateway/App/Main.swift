internal import GatewayServer
internal import Model
internal import ServiceRuntime
internal import StorageOpening

/// The program `gateway`.
@main
struct GatewayMain {
    static func main() {
        ServiceProgram.run(
            .gateway,
            """
            Where partners, fleets and the operator arrive: HTTPS and JSON at the edge, LBP/1 to the other
            services. Keeps tenants, API keys, quotes and idempotency records.
            """,
            migrations: GatewayServer.migrations,
            keys: { GatewayKeys().add(to: &$0) }
        ) { program, store in
            try GatewayServer(program, store: store).parts
        }
    }
}
