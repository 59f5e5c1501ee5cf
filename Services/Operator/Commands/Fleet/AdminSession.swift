internal import Crypto
internal import HTTPClient
internal import Timekeeping

/// What the administrator's commands share: the installation, its gateway, its key.
enum AdminSession {
    /// Options that say which gateway and which key.
    static let options: [OptionSpecification] = [
        .data,
        .value("address", "URL", "the gateway's address (default: this installation's)"),
        .value(
            "authority",
            "FILE",
            "the certificate that signs the gateway's (default: this installation's)"
        ),
        .value(
            "admin-key",
            "FILE",
            "the file of the administrator's key (default: this installation's)"
        ),
    ]

    /// Lends `body` an administrator of the gateway that `arguments` name.
    static func run<Result: Sendable>(
        _ arguments: ParsedArguments,
        _ context: OperatorContext,
        of command: CommandSpecification,
        _ body: (FleetAdmin) async throws(OperatorError) -> Result
    ) async throws -> Result {
        let installation = arguments.installation
        let address: String
        if let given = arguments.text("address") {
            guard given.hasPrefix("https://") else {
                throw UsageError(
                    "--address is a URL as https://fleet.example.com:8443, not \(given)",
                    command
                )
            }
            address = given
        } else {
            address = "https://localhost:\(try installation.requiredSettings().ports.https)"
        }
        let key: String
        if let path = arguments.text("admin-key") {
            key = try KeyMaterial.secret(at: path)
        } else {
            key = try KeyMaterial(installation, time: context.time).adminKey()
        }
        let authority = arguments.text("authority") ?? installation.authorityPath
        // libcurl would say that there is a problem with its certificates, and not which.
        do throws(CryptoError) {
            _ = try SecretFile.read(authority)
        } catch {
            throw OperatorError(
                error.message,
                advice: "Name the certificate that signs the gateway's with --authority FILE."
            )
        }
        return try await context.withHTTP(authority: authority) { client throws(OperatorError) in
            try await body(
                FleetAdmin(GatewayClient(address: address, client: client), adminKey: key)
            )
        }
    }

    /// The tenant's number among the positional arguments.
    static func tenant(
        _ text: String,
        _ specification: CommandSpecification
    ) throws(UsageError) -> UInt64 {
        guard let number = UInt64(text), number > 0 else {
            throw UsageError("TENANT is a number from 1 on, not \(text)", specification)
        }
        return number
    }
}
