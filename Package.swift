// swift-tools-version: 6.3
//
// One package; the target list is the architecture (README.md, "Map"). A module may import only what
// stands above it here, and the build refuses an undeclared import
// (`--explicit-target-dependency-import-check error`, which `deploy/test` passes).
//
// Dependencies are names with blanks between them: a line each, where the quoted form would need five.

import PackageDescription

// MARK: - Settings

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

// MARK: - Kinds of targets

/// The targets that `list` names.
func dependencies(_ list: String) -> [Target.Dependency] {
    list.split(whereSeparator: \.isWhitespace).map { .init(stringLiteral: String($0)) }
}

/// The headers of a library of the system: `Shared/C/<name>`.
func system(_ name: String, pkgConfig: String, apt: String) -> Target {
    .systemLibrary(
        name: name,
        path: "Shared/C/\(name)",
        pkgConfig: pkgConfig,
        providers: [.apt([apt])]
    )
}

/// A module of ours in `path`; `documents` lie beside the sources and are not compiled.
func module(
    _ name: String,
    at path: String,
    _ list: String,
    documents: [String] = [],
    settings: [SwiftSetting] = commonSettings
) -> Target {
    .target(
        name: name,
        dependencies: dependencies(list),
        path: path,
        exclude: documents,
        swiftSettings: settings
    )
}

/// A module shared by the services: `Shared/<name>`.
func shared(
    _ name: String,
    _ list: String = "",
    documents: [String] = [],
    settings: [SwiftSetting] = commonSettings
) -> Target {
    module(name, at: "Shared/\(name)", list, documents: documents, settings: settings)
}

/// A shared module that handles raw bytes and C memory.
func bytes(_ name: String, _ list: String, documents: [String] = []) -> Target {
    shared(name, list, documents: documents, settings: byteSettings)
}

/// A program: a thin `main`, or one of the tests' own.
func program(
    _ name: String,
    at path: String,
    _ list: String,
    documents: [String] = [],
    settings: [SwiftSetting] = commonSettings
) -> Target {
    .executableTarget(
        name: name,
        dependencies: dependencies(list),
        path: path,
        exclude: documents,
        swiftSettings: settings
    )
}

/// The three targets of a service in `Services/<name>`: **Core**, rules and state machines, pure;
/// **Server**, which performs its actions; and its program, product `<name>` in lower case.
///
/// - Parameter server: What the Server imports beside what all five do.
func service(_ name: String, server: String, coreDocuments: [String] = []) -> [Target] {
    let folder = "Services/\(name)"
    return [
        module(
            "\(name)Core",
            at: "\(folder)/Core",
            "Messages Model Geo Money Timekeeping Delivery",
            documents: coreDocuments
        ),
        module(
            "\(name)Server",
            at: "\(folder)/Server",
            """
            \(name)Core Model Timekeeping Messages WireFormat Storage Delivery DeliverySQL Calls
            Configuration Telemetry ServiceRuntime \(server)
            """
        ),
        program(
            "\(name)Service",
            at: "\(folder)/App",
            "\(name)Server Model ServiceRuntime StorageOpening"
        ),
    ]
}

/// What tests share, in `Tests/<path>`.
func support(_ name: String, at path: String, _ list: String) -> Target {
    module(name, at: "Tests/\(path)", list, settings: testSettings)
}

/// A test target: `Tests/<module>Tests`, which imports the module, `TestSupport`, and what `list` names.
func tests(_ module: String, _ list: String = "") -> Target {
    testTarget("\(module)Tests", at: "\(module)Tests", "\(module) TestSupport \(list)")
}

/// A test target in `Tests/<path>` that belongs to no single module.
func testTarget(_ name: String, at path: String, _ list: String) -> Target {
    .testTarget(
        name: name,
        dependencies: dependencies(list),
        path: "Tests/\(path)",
        swiftSettings: testSettings
    )
}

// MARK: - Targets

/// C: libraries of the system, and the few lines that Swift cannot express.
let libraries: [Target] = [
    .target(name: "CLinux", path: "Shared/C/CLinux"),
    .target(name: "CChecksum", path: "Shared/C/CChecksum"),
    .target(name: "COpenSSLSetup", dependencies: ["COpenSSL"], path: "Shared/C/COpenSSLSetup"),
    system("COpenSSL", pkgConfig: "openssl", apt: "libssl-dev"),
    system("CSQLite", pkgConfig: "sqlite3", apt: "libsqlite3-dev"),
    system("CPostgres", pkgConfig: "libpq", apt: "libpq-dev"),
    system("CCurl", pkgConfig: "libcurl", apt: "libcurl4-openssl-dev"),
    system("CZlib", pkgConfig: "zlib", apt: "zlib1g-dev"),
]

/// Tiers 0 to 4 of the map.
let sharedModules: [Target] = [
    // Tier 0: imports nothing of ours (Telemetry imports Timekeeping).
    shared("Timekeeping"),
    bytes(
        "WireFormat",
        "CChecksum",
        documents: ["PROTOCOL.md", "frames.json", "vectors.json", "vectors.lock"]
    ),
    shared("Geo"),
    shared("Money"),
    shared("Telemetry", "Timekeeping"),
    shared("Configuration"),

    // Tier 1.
    shared("Model", "Timekeeping Geo Money"),
    bytes("WireConnection", "WireFormat Timekeeping"),
    bytes("Reactor", "CLinux Timekeeping", documents: ["README.md"]),
    bytes("Crypto", "Timekeeping COpenSSL COpenSSLSetup"),

    // Tier 2.
    bytes(
        "Messages",
        "Model WireFormat Timekeeping Geo Money",
        documents: ["README.md", "registry.json", "vectors.json", "vectors.lock"]
    ),
    bytes(
        "Transport",
        "Reactor Timekeeping CLinux COpenSSL COpenSSLSetup",
        documents: ["README.md"]
    ),
    shared("Storage", "Model Timekeeping"),
    shared("Delivery", "Model Timekeeping"),

    // Tier 3.
    shared("DeliverySQL", "Delivery Storage Messages Model Timekeeping WireFormat"),
    bytes(
        "Calls",
        "Transport Reactor WireConnection WireFormat Messages Model Delivery Crypto Timekeeping"
    ),
    bytes("StorageSQLite", "Storage CSQLite Timekeeping"),
    .target(
        name: "StoragePostgres",
        dependencies: [
            "Storage", "Timekeeping",
            .target(name: "CPostgres", condition: .when(traits: ["PostgreSQL"])),
        ],
        path: "Shared/StoragePostgres",
        swiftSettings: byteSettings
    ),
    bytes("HTTP", "Transport Reactor Timekeeping CZlib", documents: ["README.md"]),
    bytes("HTTPClient", "Reactor Timekeeping CCurl CLinux"),

    // Tier 4.
    shared(
        "ServiceRuntime",
        """
        Telemetry Configuration Timekeeping Model Reactor Transport HTTP Calls Crypto Messages
        WireFormat WireConnection Storage Delivery DeliverySQL
        """,
        documents: ["README.md"]
    ),
    shared(
        "StorageOpening",
        """
        Storage StorageSQLite StoragePostgres ServiceRuntime Configuration Telemetry Timekeeping
        """
    ),
]

/// Tiers 4 to 6: the five services.
let services: [Target] =
    service("Gateway", server: "Geo Money HTTP Reactor Transport Crypto")
    + service("Dispatch", server: "Geo Money Reactor", coreDocuments: ["README.md"])
    + service("Ingest", server: "WireConnection Geo Transport Reactor Crypto")
    + service("Payments", server: "Money HTTP HTTPClient Reactor Crypto")
    + service("Billing", server: "Money")

/// The operator's command, `nexors`.
let operatorCommand: [Target] = [
    module(
        "OperatorCommands",
        at: "Services/Operator/Commands",
        """
        Calls Configuration Crypto Geo HTTP HTTPClient Messages Model Reactor ServiceRuntime Storage
        StorageSQLite Timekeeping Transport WireConnection WireFormat
        """
    ),
    module(
        "OperatorBenchmarks",
        at: "Services/Operator/Benchmarks",
        """
        OperatorCommands Messages Model Money WireFormat WireConnection Transport Calls Configuration
        Crypto Geo HTTP HTTPClient Reactor Timekeeping ServiceRuntime Storage StorageSQLite
        StoragePostgres PaymentsCore PaymentsServer
        """,
        settings: testSettings
    ),
    program(
        "OperatorService",
        at: "Services/Operator/App",
        "OperatorCommands OperatorBenchmarks ServiceRuntime"
    ),
]

/// What tests share, and the programs that only tests run.
let testTools: [Target] = [
    support("TestSupport", at: "Support", "Timekeeping"),
    support("ProviderModel", at: "Providers/Model", "HTTP Timekeeping"),
    support(
        "ProcessSupport",
        at: "Processes/Support",
        """
        TestSupport ServiceRuntime Calls Delivery Messages Model Reactor WireConnection WireFormat
        Timekeeping
        """
    ),
    support(
        "LinkSupport",
        at: "LinkSupport",
        """
        TestSupport Calls Configuration Crypto Messages Model Reactor ServiceRuntime Telemetry
        Timekeeping Transport WireConnection WireFormat
        """
    ),
    support(
        "StorageConformance",
        at: "StorageConformance",
        "Storage Delivery DeliverySQL Model Timekeeping TestSupport"
    ),
    module(
        "SimulationKit",
        at: "Tests/Simulation/Kit",
        "CSQLite TestSupport",
        settings: byteSettings
    ),
    support(
        "SimulationWorld",
        at: "Simulation/World",
        """
        SimulationKit TestSupport ProviderModel GatewayServer IngestCore IngestServer DispatchCore
        DispatchServer PaymentsCore PaymentsServer BillingServer ServiceRuntime HTTP Calls Reactor
        Crypto Configuration Telemetry StorageSQLite DeliverySQL Storage Delivery Messages Model Geo
        Money WireFormat Timekeeping
        """
    ),
    program(
        "fuzz",
        at: "Tests/Fuzz",
        "WireFormat WireConnection Messages Timekeeping TestSupport HTTP IngestCore Model",
        documents: ["Inputs"],
        settings: testSettings
    ),
    program(
        "ProviderStandIn",
        at: "Tests/Providers/StandIn",
        "ProviderModel Configuration HTTP Reactor ServiceRuntime Timekeeping Transport",
        settings: testSettings
    ),
    program(
        "StorageAcknowledger",
        at: "Tests/StorageAcknowledger",
        "Storage StorageSQLite StoragePostgres",
        settings: testSettings
    ),
    program(
        "simulate",
        at: "Tests/Simulation/Command",
        "SimulationWorld HTTP",
        settings: testSettings
    ),
]

/// Tests of modules, in the order of the map.
let moduleTests: [Target] = [
    tests("Timekeeping"),
    tests("WireFormat"),
    tests("Geo"),
    tests("Money"),
    tests("Telemetry", "Timekeeping"),
    tests("Configuration"),
    tests("Model", "Timekeeping"),
    tests("WireConnection", "WireFormat Timekeeping"),
    tests("Reactor", "Timekeeping"),
    tests("Crypto", "Timekeeping"),
    tests("Messages", "Model WireFormat Timekeeping Geo Money"),
    tests("Transport", "Reactor Crypto Timekeeping"),
    tests("Delivery", "Model Timekeeping"),
    tests("StorageSQLite", "Storage Model Timekeeping StorageConformance SimulationKit"),
    tests("StoragePostgres", "Storage Timekeeping StorageConformance"),
    tests(
        "Calls",
        """
        LinkSupport Transport Reactor WireConnection WireFormat Messages Model Delivery Crypto
        Timekeeping
        """
    ),
    tests("HTTP", "Transport Reactor Timekeeping"),
    tests("HTTPClient", "HTTP Transport Reactor Crypto Timekeeping"),
    tests(
        "ServiceRuntime",
        """
        LinkSupport Telemetry Configuration Timekeeping Model Reactor Transport HTTP Calls Crypto
        Messages WireFormat WireConnection Storage Delivery DeliverySQL StorageSQLite
        """
    ),
    tests(
        "StorageOpening",
        "Storage ServiceRuntime Configuration Telemetry Timekeeping"
    ),
    tests("GatewayCore", "Model Timekeeping"),
    tests("DispatchCore", "Messages Model Geo Money Timekeeping Delivery"),
    tests("IngestCore", "Model Geo Timekeeping"),
    tests("PaymentsCore", "Messages Model Money Timekeeping Delivery"),
    tests("BillingCore", "Messages Model Money Timekeeping Delivery"),
    tests(
        "GatewayServer",
        """
        LinkSupport GatewayCore Geo Model Money Timekeeping Messages WireFormat WireConnection Storage
        StorageSQLite Delivery DeliverySQL Calls HTTP HTTPClient Reactor Transport Crypto
        Configuration Telemetry ServiceRuntime
        """
    ),
    tests(
        "DispatchServer",
        """
        LinkSupport DispatchCore Geo Model Money Timekeeping Messages WireFormat Storage StorageSQLite
        Delivery DeliverySQL Calls Configuration Crypto Reactor ServiceRuntime Telemetry Transport
        WireConnection
        """
    ),
    tests(
        "IngestServer",
        """
        LinkSupport IngestCore Messages WireFormat WireConnection Geo Calls Transport Reactor Crypto
        Model Storage StorageSQLite Delivery DeliverySQL Configuration Telemetry Timekeeping
        ServiceRuntime
        """
    ),
    tests(
        "PaymentsServer",
        """
        PaymentsCore ProviderModel HTTP Model Money Timekeeping Messages WireFormat Storage
        StorageSQLite Delivery DeliverySQL Crypto Reactor Transport Telemetry
        """
    ),
    tests(
        "BillingServer",
        """
        BillingCore Model Money Timekeeping Messages WireFormat Storage StorageSQLite Delivery
        DeliverySQL
        """
    ),
    tests(
        "OperatorCommands",
        "Calls Crypto Geo HTTP HTTPClient Messages Model ServiceRuntime Timekeeping WireFormat"
    ),
    tests("OperatorBenchmarks"),
    tests("ProviderModel", "HTTP Timekeeping"),
]

/// Tests of several modules, of whole programs, and of the source tree.
let widerTests: [Target] = [
    testTarget("HygieneTests", at: "Hygiene", ""),
    testTarget(
        "ConformanceTests",
        at: "ConformanceTests",
        """
        LinkSupport Calls Transport Reactor WireConnection WireFormat Messages Model Geo Crypto
        ServiceRuntime Timekeeping TestSupport
        """
    ),
    testTarget(
        "SimulationTests",
        at: "SimulationTests",
        "SimulationWorld DispatchCore IngestCore Calls Messages Model"
    ),
    testTarget(
        "MoneyProgramsTests",
        at: "MoneyProgramsTests",
        """
        LinkSupport PaymentsServer BillingServer StorageOpening ServiceRuntime TestSupport Calls
        Configuration Crypto Messages Model Money Reactor Storage Telemetry Timekeeping Transport
        WireConnection WireFormat
        """
    ),
    testTarget(
        "BillingProcessTests",
        at: "Processes/BillingTests",
        "ProcessSupport TestSupport Calls Messages Model Money Reactor Timekeeping WireFormat"
    ),
    testTarget(
        "PaymentsProcessTests",
        at: "Processes/PaymentsTests",
        """
        ProcessSupport TestSupport ServiceRuntime Calls Messages Model Money Reactor Transport
        WireConnection WireFormat Timekeeping
        """
    ),
    testTarget(
        "EdgeProcessTests",
        at: "Processes/EdgeTests",
        "ProcessSupport TestSupport Crypto WireFormat"
    ),
    testTarget(
        "OperatorProcessTests",
        at: "Processes/OperatorTests",
        "ProcessSupport TestSupport"
    ),
    testTarget(
        "SystemProcessTests",
        at: "Processes/SystemTests",
        """
        ProcessSupport OperatorCommands DispatchServer IngestCore IngestServer TestSupport Calls
        Configuration Crypto Geo HTTP HTTPClient Messages Model Reactor ServiceRuntime Storage
        StorageOpening Timekeeping WireFormat
        """
    ),
]

// MARK: - The package

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
    targets: libraries + sharedModules + services + operatorCommand + testTools + moduleTests
        + widerTests
)
