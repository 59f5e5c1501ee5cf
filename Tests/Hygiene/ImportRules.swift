/// Who may import whom: the tiers of the map in the root's `README.md`, which `HygieneTests` holds to it.
enum ImportRules {
    /// Modules by tier; imports go to a lower one.
    static let tiers: [[String]] = [
        ["WireFormat", "Geo", "Money", "Timekeeping", "Telemetry", "Configuration"],
        ["Model", "WireConnection", "Reactor", "Crypto"],
        ["Messages", "Transport", "Storage", "Delivery"],
        [
            "DeliverySQL", "Calls", "HTTP", "HTTPClient", "StorageSQLite", "StoragePostgres",
        ],
        [
            "ServiceRuntime", "StorageOpening",
            "GatewayCore", "IngestCore", "DispatchCore", "PaymentsCore", "BillingCore",
        ],
        ["GatewayServer", "IngestServer", "DispatchServer", "PaymentsServer", "BillingServer"],
        [
            "GatewayService", "IngestService", "DispatchService", "PaymentsService",
            "BillingService",
            "OperatorCommands", "OperatorBenchmarks", "OperatorService",
        ],
    ]

    /// Imports within a tier that have a reason.
    static let sideways: Set<String> = [
        "Telemetry > Timekeeping",  // Lines and metrics have times.
        "StorageOpening > ServiceRuntime",  // It gives a program its store.
        "OperatorService > OperatorCommands", "OperatorService > OperatorBenchmarks",
        "OperatorBenchmarks > OperatorCommands",
    ]

    /// What a core may import, and nothing else.
    static let coreImports: Set<String> = [
        "Messages", "Model", "Geo", "Money", "Timekeeping", "Delivery",
    ]

    /// The owners of each C module.
    static let owners: [String: Set<String>] = [
        "CLinux": ["Reactor", "Transport", "HTTPClient"],
        "CChecksum": ["WireFormat"],
        "COpenSSL": ["Crypto", "Transport"],
        "CSQLite": ["StorageSQLite"],
        "CPostgres": ["StoragePostgres"],
        "CCurl": ["HTTPClient"],
        "CZlib": ["HTTP"],
    ]

    /// Upward and sideways imports, and what a core must not know.
    static func upwardImports(_ file: SourceFile) -> [Finding] {
        guard let module = file.module, let tier = tier(of: module) else { return [] }
        return file.imports.compactMap { line, imported in
            if file.isCore, Self.tier(of: imported) != nil, !coreImports.contains(imported) {
                return Finding(file, line, "a core does not import \(imported)")
            }
            guard let other = Self.tier(of: imported), other >= tier,
                !sideways.contains("\(module) > \(imported)")
            else { return nil }
            return Finding(
                file,
                line,
                "\(module) (tier \(tier)) does not import \(imported) (tier \(other))"
            )
        }
    }

    /// A module without a place in the table.
    static func unknownModules(_ file: SourceFile) -> [Finding] {
        guard let module = file.module, tier(of: module) == nil else { return [] }
        return [
            Finding(
                file,
                0,
                "\(module) has no tier: add it to ImportRules and to the map in README.md"
            )
        ]
    }

    /// C modules elsewhere than with their owners.
    static func foreignCModules(_ file: SourceFile) -> [Finding] {
        guard !file.isTest else { return [] }
        return file.imports.compactMap { line, imported in
            guard let owners = owners[imported], !owners.contains(file.module ?? "") else {
                return nil
            }
            return Finding(
                file,
                line,
                "only \(owners.sorted().joined(separator: ", ")) import \(imported)"
            )
        }
    }

    /// Foundation and Dispatch outside of servers, timekeeping, the operator's command and tests.
    static func foundation(_ file: SourceFile) -> [Finding] {
        let module = file.module ?? ""
        let mayImport =
            file.isTest || module.hasSuffix("Server") || module == "Timekeeping"
            || file.path.hasPrefix("Services/Operator/")
        guard !mayImport else { return [] }
        let refused: Set<String> = ["Foundation", "FoundationEssentials", "Dispatch"]
        return file.imports.filter { refused.contains($0.module) }.map {
            Finding(file, $0.line, "\($0.module) is not imported here")
        }
    }

    private static func tier(of module: String) -> Int? {
        tiers.firstIndex { $0.contains(module) }
    }
}
