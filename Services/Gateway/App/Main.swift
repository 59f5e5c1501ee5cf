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
            migrations: GatewayServer.migrations,
            keys: { GatewayKeys().add(to: &$0) }
        ) { program, store in
            try GatewayServer(program, store: store).parts
        }
    }
}
