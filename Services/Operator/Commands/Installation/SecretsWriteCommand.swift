internal import Glibc
internal import ServiceRuntime
internal import Timekeeping

/// `nexors secrets write`: keys and certificates for programs that run in containers.
enum SecretsWriteCommand {
    private static let specification = CommandSpecification(
        "secrets write",
        "Writes the keys and certificates of programs in containers.",
        positionals: ["FOLDER"],
        options: [
            .data,
            .value("environment", "NAME", required: true, "production or demo"),
            .value(
                "public-names",
                "NAMES",
                "DNS names of the gateway and of the drivers' port, with commas between"
            ),
            .value("paypal-client-id", "ID", "of your PayPal application; in production"),
            .value("paypal-secret", "FILE", "the file of its secret; in production"),
        ],
        discussion: """
            Makes what is missing in DIR/keys, which holds the private authority too: keep it, and keep it off the
            machines that serve. FOLDER gets what the programs read, a folder each; deploy/README.md says what each
            file is for. Run again it renews certificates with less than 30 days left and writes the rest as it was.

            As root it gives FOLDER to the user of the images (10001); otherwise it says how.
            """,
        examples: [
            "nexors secrets write secrets --environment demo",
            """
            nexors secrets write secrets --environment production --public-names api.example.com \\
                  --paypal-client-id ID --paypal-secret paypal.secret --data production
            """,
        ]
    )

    static let command = OperatorCommand(specification) { arguments, context in
        let deployment = try deployment(arguments)
        let provider = try provider(arguments, deployment)
        let names = (arguments.text("public-names") ?? "").split(separator: ",").map(String.init)
        guard deployment == .demo || !names.isEmpty else {
            throw UsageError("--public-names is required in production", specification)
        }
        let installation = arguments.installation
        try installation.makeDirectories()
        try settle(installation, deployment)
        let material = KeyMaterial(
            installation,
            plan: CertificatePlan(publicNames: names),
            deployment: deployment,
            time: context.time
        )
        let made = try material.complete()
        if !made.isEmpty { context.console.note(material.note(made)) }
        let folder = arguments.positionals[0]
        let isRoot = geteuid() == 0
        let secrets = try SecretsFolder(installation, provider)
        try secrets.write(to: folder, owner: isRoot ? SecretsFolder.owner : nil)
        context.console.say("\(secrets.files.count) files are in \(folder).")
        if !isRoot {
            let owner = SecretsFolder.owner
            context.console.say(
                "The images' user must own them: sudo chown -R \(owner):\(owner) \(Welcome.quoted(folder))"
            )
        }
        return .ok
    }

    private static func deployment(_ arguments: ParsedArguments) throws(UsageError) -> Deployment {
        let text = arguments.text("environment") ?? ""
        guard let deployment = Deployment(rawValue: text), deployment != .test else {
            throw UsageError("--environment is production or demo, not \(text)", specification)
        }
        return deployment
    }

    private static func provider(
        _ arguments: ParsedArguments,
        _ deployment: Deployment
    ) throws -> SecretsFolder.ProviderCredentials {
        let id = arguments.text("paypal-client-id")
        let file = arguments.text("paypal-secret")
        if let id, let file {
            return .init(clientID: id, secret: try KeyMaterial.secret(at: file))
        }
        guard deployment == .demo, id == nil, file == nil else {
            throw UsageError(
                "--paypal-client-id and --paypal-secret go together, and production needs them",
                specification
            )
        }
        return .init(clientID: KeyMaterial.standInClientID, secret: KeyMaterial.standInSecret)
    }

    /// Keeps what the installation is run for, which `nexors status` tells the programs.
    private static func settle(
        _ installation: Installation,
        _ deployment: Deployment
    ) throws(OperatorError) {
        guard let kept = try installation.settings() else {
            let settings = Installation.Settings(ports: PortPlan(), deployment: deployment)
            return try installation.keep(settings)
        }
        guard kept.deployment == deployment else {
            throw OperatorError(
                "The installation in \(installation.root) is for \(kept.deployment.rawValue).",
                advice: "Name another folder with --data DIR: keys of the two are never shared."
            )
        }
    }
}
