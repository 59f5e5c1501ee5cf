// swift-tools-version: 6.3
//
// One package; the target list is the architecture (README.md, "Map"). A module may import only what
// stands above it here, and the build refuses an undeclared import
// (`--explicit-target-dependency-import-check error`, which `deploy/test` passes).

import PackageDescription

/// Settings of every Swift target.
let commonSettings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

/// Settings of the modules that handle raw bytes and C memory.
let byteSettings: [SwiftSetting] =
    commonSettings + [.strictMemorySafety(), .enableExperimentalFeature("Lifetimes")]

/// Tests import their modules freely; strict memory safety would refuse spans inside `#expect`.
let testSettings: [SwiftSetting] =
    commonSettings + [.enableExperimentalFeature("Lifetimes")]

/// A module shared by the services: `Shared/<name>`.
func shared(
    _ name: String,
    _ dependencies: [Target.Dependency] = [],
    settings: [SwiftSetting] = commonSettings
) -> Target {
    .target(
        name: name,
        dependencies: dependencies,
        path: "Shared/\(name)",
        exclude: excludedDocuments(name),
        swiftSettings: settings
    )
}

/// Documents that lie beside the sources and are not compiled.
func excludedDocuments(_ module: String) -> [String] {
    switch module {
    case "WireFormat": ["PROTOCOL.md", "frames.json", "vectors.json"]
    case "Messages": ["README.md", "registry.json", "vectors.json"]
    case "HTTP", "Reactor", "ServiceRuntime", "Transport": ["README.md"]
    default: []
    }
}

/// The headers of a library of the system: `Shared/C/<name>`.
func system(_ name: String, pkgConfig: String? = nil, apt: String) -> Target {
    .systemLibrary(
        name: name,
        path: "Shared/C/\(name)",
        pkgConfig: pkgConfig,
        providers: [.apt([apt])]
    )
}

/// Rules and state machines of one service, pure; `documents` lie beside the sources and are not compiled.
func core(_ service: String, documents: [String] = []) -> Target {
    .target(
        name: "\(service)Core",
        dependencies: ["Messages", "Model", "Geo", "Money", "Timekeeping", "Delivery"],
        path: "Services/\(service)/Core",
        exclude: documents,
        swiftSettings: commonSettings
    )
}

/// Handlers, adapters and repositories of one service, which perform its core's actions.
func server(_ service: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(
        name: "\(service)Server",
        dependencies: [.init(stringLiteral: "\(service)Core"), "Model", "Timekeeping"]
            + dependencies,
        path: "Services/\(service)/Server",
        swiftSettings: commonSettings
    )
}

/// A service's program, a thin `main`: target `<service>Service`, its product in lower case.
func service(_ service: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .executableTarget(
        name: "\(service)Service",
        dependencies: [
            .init(stringLiteral: "\(service)Server"), "Model", "ServiceRuntime", "StorageOpening",
        ] + dependencies,
        path: "Services/\(service)/App",
        swiftSettings: commonSettings
    )
}

/// A test target: `Tests/<module>Tests`.
func tests(_ module: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .testTarget(
        name: "\(module)Tests",
        dependencies: [.init(stringLiteral: module), "TestSupport"] + dependencies,
        path: "Tests/\(module)Tests",
        swiftSettings: testSettings
    )
}

let package = Package(
    name: "nexors",
    products: [
        .executable(name: "gateway", targets: ["GatewayService"]),
        .executable(name: "dispatch", targets: ["DispatchService"]),
        .executable(name: "ingest", targets: ["IngestService"]),
        .executable(name: "payments", targets: ["PaymentsService"]),
        .executable(name: "billing", targets: ["BillingService"]),
        .executable(name: "nexors", targets: ["OperatorService"]),
        .executable(name: "provider-standin", targets: ["ProviderStandIn"]),
        .executable(name: "simulate", targets: ["simulate"]),
    ],
    traits: [
        .trait(
            name: "PostgreSQL",
            description: "Stores in PostgreSQL beside the embedded SQLite; needs libpq."
        )
    ],
    targets: [
        // C: libraries of the system, and the few lines that Swift cannot express.
        .target(name: "CLinux", path: "Shared/C/CLinux"),
        .target(name: "CChecksum", path: "Shared/C/CChecksum"),
        system("COpenSSL", pkgConfig: "openssl", apt: "libssl-dev"),
        system("CSQLite", pkgConfig: "sqlite3", apt: "libsqlite3-dev"),
        system("CPostgres", pkgConfig: "libpq", apt: "libpq-dev"),
        system("CCurl", pkgConfig: "libcurl", apt: "libcurl4-openssl-dev"),
        system("CZlib", pkgConfig: "zlib", apt: "zlib1g-dev"),

        // Tier 0: imports nothing of ours (Telemetry imports Timekeeping).
        shared("Timekeeping"),
        shared("WireFormat", ["CChecksum"], settings: byteSettings),
        shared("Geo"),
        shared("Money"),
        shared("Telemetry", ["Timekeeping"]),
        shared("Configuration"),

        // Tier 1.
        shared("Model", ["Timekeeping", "Geo", "Money"]),
        shared("WireConnection", ["WireFormat", "Timekeeping"], settings: byteSettings),
        shared("Reactor", ["CLinux", "Timekeeping"], settings: byteSettings),
        shared("Crypto", ["Timekeeping", "COpenSSL"], settings: byteSettings),

        // Tier 2.
        shared(
            "Messages",
            ["Model", "WireFormat", "Timekeeping", "Geo", "Money"],
            settings: byteSettings
        ),
        shared(
            "Transport",
            ["Reactor", "Timekeeping", "CLinux", "COpenSSL"],
            settings: byteSettings
        ),
        shared("Storage", ["Model", "Timekeeping"]),
        shared("Delivery", ["Model", "Timekeeping"]),

        // Tier 3.
        shared("DeliverySQL", ["Delivery", "Storage", "Model", "Timekeeping"]),
        shared(
            "Calls",
            [
                "Transport", "Reactor", "WireConnection", "WireFormat", "Messages", "Model",
                "Delivery",
                "Crypto", "Timekeeping",
            ],
            settings: byteSettings
        ),
        shared("StorageSQLite", ["Storage", "CSQLite", "Timekeeping"], settings: byteSettings),
        shared(
            "StoragePostgres",
            [
                "Storage", "Timekeeping",
                .target(name: "CPostgres", condition: .when(traits: ["PostgreSQL"])),
            ],
            settings: byteSettings
        ),
        shared(
            "HTTP",
            ["Transport", "Reactor", "Timekeeping", "CZlib"],
            settings: byteSettings
        ),
        shared(
            "HTTPClient",
            ["Reactor", "Timekeeping", "CCurl", "CLinux"],
            settings: byteSettings
        ),

        shared(
            "ServiceRuntime",
            [
                "Telemetry", "Configuration", "Timekeeping", "Model", "Reactor", "Transport",
                "HTTP",
                "Calls", "Crypto", "Messages", "WireFormat", "WireConnection", "Storage",
                "Delivery",
                "DeliverySQL",
            ]
        ),

        shared(
            "StorageOpening",
            [
                "Storage", "StorageSQLite", "StoragePostgres", "ServiceRuntime", "Configuration",
                "Telemetry", "Timekeeping",
            ]
        ),

        // Tier 4: the services' rules.
        core("Gateway"),
        core("Dispatch", documents: ["README.md"]),
        core("Ingest"),
        core("Payments"),
        core("Billing"),

        // Tier 5: what performs the rules' actions.
        server(
            "Gateway",
            [
                "Geo", "Money", "Messages", "WireFormat", "Storage", "Delivery", "DeliverySQL",
                "Calls",
                "HTTP", "Reactor", "Transport", "Crypto", "Configuration", "Telemetry",
                "ServiceRuntime",
            ]
        ),
        server(
            "Dispatch",
            [
                "Geo", "Money", "Messages", "WireFormat", "Storage", "Delivery", "DeliverySQL",
                "Calls",
                "Reactor", "Configuration", "Telemetry", "ServiceRuntime",
            ]
        ),
        server(
            "Payments",
            [
                "Money", "HTTP", "HTTPClient", "Messages", "WireFormat", "Storage", "Delivery",
                "DeliverySQL", "Calls", "Reactor", "Crypto", "Configuration", "Telemetry",
                "ServiceRuntime",
            ]
        ),
        server(
            "Billing",
            [
                "Money", "Messages", "WireFormat", "Storage", "Delivery", "DeliverySQL", "Calls",
                "Configuration", "Telemetry", "ServiceRuntime",
            ]
        ),
        server(
            "Ingest",
            [
                "Messages", "WireFormat", "WireConnection", "Geo", "Calls", "Transport", "Reactor",
                "Crypto", "Storage", "Delivery", "DeliverySQL", "Configuration", "Telemetry",
                "ServiceRuntime",
            ]
        ),

        // Tier 6: the programs.
        service("Gateway"),
        service("Dispatch"),
        service("Ingest"),
        service("Payments"),
        service("Billing"),

        // The operator's command.
        .target(
            name: "OperatorCommands",
            dependencies: [
                "Calls", "Configuration", "Crypto", "Geo", "HTTP", "HTTPClient", "Messages",
                "Model",
                "Reactor", "ServiceRuntime", "Storage", "StorageSQLite", "Timekeeping", "Transport",
                "WireConnection", "WireFormat",
            ],
            path: "Services/Operator/Commands",
            swiftSettings: commonSettings
        ),
        .target(
            name: "OperatorBenchmarks",
            dependencies: [
                "OperatorCommands", "Messages", "Model", "Money", "WireFormat", "WireConnection",
                "Transport", "Calls", "Configuration", "Crypto", "Geo", "HTTP", "HTTPClient",
                "Reactor",
                "Timekeeping",
                "ServiceRuntime", "Storage", "StorageSQLite", "StoragePostgres", "PaymentsCore",
                "PaymentsServer",
            ],
            path: "Services/Operator/Benchmarks",
            swiftSettings: commonSettings + [.enableExperimentalFeature("Lifetimes")]
        ),
        .executableTarget(
            name: "OperatorService",
            dependencies: ["OperatorCommands", "OperatorBenchmarks", "ServiceRuntime"],
            path: "Services/Operator/App",
            swiftSettings: commonSettings
        ),

        // Tests.
        .target(
            name: "TestSupport",
            dependencies: ["Timekeeping"],
            path: "Tests/Support",
            swiftSettings: testSettings
        ),
        .executableTarget(
            name: "fuzz",
            dependencies: [
                "WireFormat", "WireConnection", "Messages", "Timekeeping", "TestSupport", "HTTP",
                "IngestCore", "Model",
            ],
            path: "Tests/Fuzz",
            exclude: ["Inputs"],
            swiftSettings: testSettings
        ),
        .target(
            name: "ProviderModel",
            dependencies: ["HTTP", "Timekeeping"],
            path: "Tests/Providers/Model",
            swiftSettings: testSettings
        ),
        .executableTarget(
            name: "ProviderStandIn",
            dependencies: [
                "ProviderModel", "Configuration", "HTTP", "Reactor", "ServiceRuntime",
                "Timekeeping",
                "Transport",
            ],
            path: "Tests/Providers/StandIn",
            swiftSettings: testSettings
        ),
        .target(
            name: "ProcessHarness",
            dependencies: [
                "TestSupport", "ServiceRuntime", "Calls", "Delivery", "Messages", "Model",
                "Reactor",
                "WireConnection", "WireFormat", "Timekeeping",
            ],
            path: "Tests/Processes/Harness",
            swiftSettings: testSettings
        ),
        .target(
            name: "LinkSupport",
            dependencies: [
                "TestSupport", "Calls", "Configuration", "Crypto", "Messages", "Model", "Reactor",
                "ServiceRuntime", "Telemetry", "Timekeeping", "Transport", "WireConnection",
                "WireFormat",
            ],
            path: "Tests/LinkSupport",
            swiftSettings: testSettings
        ),
        .target(
            name: "StorageConformance",
            dependencies: [
                "Storage", "Delivery", "DeliverySQL", "Model", "Timekeeping", "TestSupport",
            ],
            path: "Tests/StorageConformance",
            swiftSettings: testSettings
        ),
        .executableTarget(
            name: "StorageAcknowledger",
            dependencies: ["Storage", "StorageSQLite", "StoragePostgres"],
            path: "Tests/StorageAcknowledger",
            swiftSettings: testSettings
        ),
        .target(
            name: "SimulationKit",
            dependencies: ["CSQLite", "TestSupport"],
            path: "Tests/Simulation/Kit",
            swiftSettings: byteSettings
        ),
        .target(
            name: "SimulationWorld",
            dependencies: [
                "SimulationKit", "TestSupport", "ProviderModel", "GatewayServer", "IngestCore",
                "IngestServer", "DispatchCore", "DispatchServer", "PaymentsCore",
                "PaymentsServer", "BillingServer", "ServiceRuntime", "HTTP", "Calls", "Reactor",
                "Crypto", "Configuration", "Telemetry", "StorageSQLite", "DeliverySQL", "Storage",
                "Delivery", "Messages", "Model", "Geo", "Money", "WireFormat", "Timekeeping",
            ],
            path: "Tests/Simulation/World",
            swiftSettings: testSettings
        ),
        .executableTarget(
            name: "simulate",
            dependencies: ["SimulationWorld", "HTTP"],
            path: "Tests/Simulation/Command",
            swiftSettings: testSettings
        ),
        .testTarget(
            name: "MoneyProgramsTests",
            dependencies: [
                "LinkSupport",
                "PaymentsServer", "BillingServer", "StorageOpening", "ServiceRuntime",
                "TestSupport",
                "Calls", "Configuration", "Crypto", "Messages", "Model", "Money", "Reactor",
                "Storage",
                "Telemetry", "Timekeeping", "Transport", "WireConnection", "WireFormat",
            ],
            path: "Tests/MoneyProgramsTests",
            swiftSettings: testSettings
        ),
        .testTarget(
            name: "BillingProcessTests",
            dependencies: [
                "ProcessHarness", "TestSupport", "Calls", "Messages", "Model", "Money", "Reactor",
                "Timekeeping", "WireFormat",
            ],
            path: "Tests/Processes/BillingTests",
            swiftSettings: testSettings
        ),
        .testTarget(
            name: "PaymentsProcessTests",
            dependencies: [
                "ProcessHarness", "TestSupport", "ServiceRuntime", "Calls", "Messages", "Model",
                "Money", "Reactor", "Transport", "WireConnection", "WireFormat", "Timekeeping",
            ],
            path: "Tests/Processes/PaymentsTests",
            swiftSettings: testSettings
        ),
        .testTarget(
            name: "EdgeProcessTests",
            dependencies: ["ProcessHarness", "TestSupport", "Crypto", "WireFormat"],
            path: "Tests/Processes/EdgeTests",
            swiftSettings: testSettings
        ),
        .testTarget(
            name: "SystemProcessTests",
            dependencies: [
                "ProcessHarness", "OperatorCommands", "DispatchServer", "IngestCore",
                "IngestServer", "TestSupport", "Calls",
                "Configuration", "Crypto", "Geo", "HTTP", "HTTPClient", "Messages", "Model",
                "Reactor", "ServiceRuntime", "Storage", "StorageOpening", "Timekeeping",
                "WireFormat",
            ],
            path: "Tests/Processes/SystemTests",
            swiftSettings: testSettings
        ),
        .testTarget(
            name: "HygieneTests",
            path: "Tests/Hygiene",
            swiftSettings: testSettings
        ),
        tests("Timekeeping"),
        tests("WireFormat"),
        tests("Geo"),
        tests("Money"),
        tests("Telemetry", ["Timekeeping"]),
        tests("Configuration"),
        tests("Model", ["Timekeeping"]),
        tests("WireConnection", ["WireFormat", "Timekeeping"]),
        tests("Reactor", ["Timekeeping"]),
        tests("Crypto", ["Timekeeping"]),
        tests("Messages", ["Model", "WireFormat", "Timekeeping", "Geo", "Money"]),
        tests("Transport", ["Reactor", "Crypto", "Timekeeping"]),
        tests("Delivery", ["Model", "Timekeeping"]),
        .testTarget(
            name: "SimulationTests",
            dependencies: [
                "SimulationWorld", "DispatchCore", "IngestCore", "Calls", "Messages", "Model",
            ],
            path: "Tests/SimulationTests",
            swiftSettings: testSettings
        ),
        tests(
            "StorageSQLite",
            ["Storage", "Model", "Timekeeping", "StorageConformance", "SimulationKit"]
        ),
        tests(
            "Calls",
            [
                "LinkSupport",
                "Transport", "Reactor", "WireConnection", "WireFormat", "Messages", "Model",
                "Delivery",
                "Crypto", "Timekeeping",
            ]
        ),
        .testTarget(
            name: "ConformanceTests",
            dependencies: [
                "LinkSupport",
                "Calls", "Transport", "Reactor", "WireConnection", "WireFormat", "Messages",
                "Model", "Geo", "Crypto", "ServiceRuntime", "Timekeeping", "TestSupport",
            ],
            path: "Tests/ConformanceTests",
            swiftSettings: testSettings
        ),
        tests("StoragePostgres", ["Storage", "Timekeeping", "StorageConformance"]),
        tests("HTTP", ["Transport", "Reactor", "Timekeeping"]),
        tests(
            "ServiceRuntime",
            [
                "LinkSupport",
                "Telemetry", "Configuration", "Timekeeping", "Model", "Reactor", "Transport",
                "HTTP",
                "Calls", "Crypto", "Messages", "WireFormat", "WireConnection", "Storage",
                "Delivery",
                "DeliverySQL", "StorageSQLite",
            ]
        ),
        tests(
            "StorageOpening",
            ["Storage", "ServiceRuntime", "Configuration", "Telemetry", "Timekeeping"]
        ),
        tests("HTTPClient", ["HTTP", "Transport", "Reactor", "Crypto", "Timekeeping"]),
        tests("GatewayCore", ["Model", "Timekeeping"]),
        tests(
            "GatewayServer",
            [
                "LinkSupport",
                "GatewayCore", "Geo", "Model", "Money", "Timekeeping", "Messages", "WireFormat",
                "WireConnection", "Storage", "StorageSQLite", "Delivery", "DeliverySQL", "Calls",
                "HTTP",
                "HTTPClient", "Reactor", "Transport", "Crypto", "Configuration", "Telemetry",
                "ServiceRuntime",
            ]
        ),
        tests("IngestCore", ["Model", "Geo", "Timekeeping"]),
        tests(
            "OperatorCommands",
            [
                "Calls", "Crypto", "Geo", "HTTP", "Model", "ServiceRuntime", "Timekeeping",
                "WireFormat",
            ]
        ),
        .testTarget(
            name: "OperatorProcessTests",
            dependencies: ["ProcessHarness", "TestSupport"],
            path: "Tests/Processes/OperatorTests",
            swiftSettings: testSettings
        ),
        tests("OperatorBenchmarks"),
        tests("DispatchCore", ["Messages", "Model", "Geo", "Money", "Timekeeping", "Delivery"]),
        tests("PaymentsCore", ["Messages", "Model", "Money", "Timekeeping", "Delivery"]),
        tests("BillingCore", ["Messages", "Model", "Money", "Timekeeping", "Delivery"]),
        tests("ProviderModel", ["HTTP", "Timekeeping"]),
        tests(
            "DispatchServer",
            [
                "LinkSupport",
                "DispatchCore", "Geo", "Model", "Money", "Timekeeping", "Messages", "WireFormat",
                "Storage", "StorageSQLite", "Delivery", "DeliverySQL", "Calls", "Configuration",
                "Crypto", "Reactor", "ServiceRuntime", "Telemetry", "Transport", "WireConnection",
            ]
        ),
        tests(
            "PaymentsServer",
            [
                "PaymentsCore", "ProviderModel", "HTTP", "Model", "Money", "Timekeeping",
                "Messages",
                "WireFormat", "Storage", "StorageSQLite", "Delivery", "DeliverySQL", "Crypto",
                "Reactor", "Transport", "Telemetry",
            ]
        ),
        tests(
            "BillingServer",
            [
                "BillingCore", "Model", "Money", "Timekeeping", "Messages", "WireFormat",
                "Storage", "StorageSQLite", "Delivery", "DeliverySQL",
            ]
        ),
        tests(
            "IngestServer",
            [
                "LinkSupport",
                "IngestCore", "Messages", "WireFormat", "WireConnection", "Geo", "Calls",
                "Transport",
                "Reactor", "Crypto", "Model", "Storage", "StorageSQLite", "Delivery", "DeliverySQL",
                "Configuration", "Telemetry", "Timekeeping", "ServiceRuntime",
            ]
        ),
    ]
)
