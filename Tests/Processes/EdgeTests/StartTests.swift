import Crypto
import Foundation
import ProcessSupport
import TestSupport
import Testing

/// What a program says that cannot start.
@Suite("Programs that cannot start", .timeLimit(.minutes(5)))
struct StartTests {
    /// A listener of a program, by the setting that names its address.
    struct Listener: Sendable, CustomTestStringConvertible {
        let program: String
        let setting: String
        var testDescription: String { "\(setting) of \(program)" }
    }

    static let listeners =
        EdgeSystem.names.flatMap { name in
            ["NEXORS_LISTEN", "NEXORS_INTERNAL_LISTEN"].map { Listener(program: name, setting: $0) }
        } + [
            Listener(program: "gateway", setting: "NEXORS_HTTP_LISTEN"),
            Listener(program: "ingest", setting: "NEXORS_DRIVER_LISTEN"),
        ]

    @Test(
        "a port in use ends the program with 1, and it says which port and how to find who has it"
    )
    func portInUse() async throws {
        let system = try await EdgeSystem()
        // The stand-in listens already: nothing else needs to.
        let taken = system.standIn.port
        for listener in Self.listeners {
            let service = try system.service(listener.program)
            try await service.launch([listener.setting: "127.0.0.1:\(taken)"])
            #expect(await service.exit() == .code(1), "\(listener)")
            let lines = await service.lines.filter { $0.contains("\"level\":\"error\"") }
            let says =
                "port \(taken) on 127.0.0.1 is in use: stop the program that has it (ss -ltnp"
            #expect(lines.last?.contains(says) == true, "\(listener): \(lines)")
            #expect(lines.last?.contains("or configure another port") == true, "\(listener)")
        }
        await system.stop()
    }

    @Test("a store whose folder is missing, that is no store, or that another has, is named")
    func store() async throws {
        let system = try await EdgeSystem()
        let damaged = try system.folder.write(
            String(repeating: "no store ", count: 200),
            to: "x.db"
        )
        let service = try system.service("billing")
        try await system.start(["billing"])
        let taken = system.folder.path(of: "billing.db")
        let cases = [
            (system.folder.path(of: "none/b.db"), "its folder must exist"),
            (damaged, "restore it from a backup"), (taken, "is in use by process"),
        ]
        let other = try ServiceProcess(
            "billing",
            in: system.folder,
            settings: ["NEXORS_TOKEN_KEYS": system.folder.path(of: "keys.pem")]
        )
        for (path, says) in cases {
            try await other.launch(["NEXORS_DATABASE_URL": "sqlite:\(path)"])
            #expect(await other.exit() == .code(1), "\(path)")
            let line = await other.lines.last { $0.contains("\"level\":\"error\"") } ?? ""
            #expect(line.contains(path) && line.contains(says), "\(line)")
            // A sentence, not a value of the program's language.
            #expect(!line.contains("StorageError"), "\(line)")
        }
        // The one that was there first goes on.
        #expect(try await service.page("/readyz").contains("\"phase\":\"serving\""))
        await system.stop()
    }

    @Test(
        "a setting that is unknown, wrong or missing ends the program with 78 and is named with its form"
    )
    func settings() async throws {
        let system = try await EdgeSystem()
        let none = system.folder.path(of: "none.pem")
        let empty = try system.folder.write("no key\n", to: "empty.pem")
        let publicAlone = system.folder.path(of: "public.pem")
        try SecretFile.write(SigningKey.generate().verifyingKey.pem(), to: publicAlone)
        let noPrivate = "NEXORS_TOKEN_KEYS: \(publicAlone) holds no private key"
        let cases: [(String, [String: String], String)] = [
            ("gateway", ["NEXORS_LISTNE": "127.0.0.1:1"], "did you mean NEXORS_LISTEN?"),
            (
                // Quotes within the text of a line of JSON.
                "gateway", ["NEXORS_EVENT_LOOPS": "0"],
                #"NEXORS_EVENT_LOOPS: \"0\" is not as expected (integer, 1 ... 64)"#
            ),
            ("gateway", ["NEXORS_HTTP_LISTEN": "localhost:1"], "address:port in digits"),
            ("gateway", ["NEXORS_ADMIN_KEY": "short"], "NEXORS_ADMIN_KEY: needs 32 bytes"),
            ("gateway", ["NEXORS_ENVIRONMENT": "production"], "required in production"),
            (
                "gateway", ["NEXORS_TOKEN_KEYS": none],
                "NEXORS_TOKEN_KEYS: cannot read \(none): No such file"
            ),
            (
                "billing", ["NEXORS_TOKEN_KEYS": empty],
                "NEXORS_TOKEN_KEYS: \(empty): a key file holds no key"
            ),
            ("gateway", ["NEXORS_TOKEN_KEYS": publicAlone], noPrivate),
            ("ingest", ["NEXORS_TOKEN_KEYS": publicAlone], noPrivate),
            (
                "gateway", ["NEXORS_HTTP_TLS_CERTIFICATE": none, "NEXORS_HTTP_TLS_KEY": none],
                "NEXORS_HTTP_TLS_CERTIFICATE: cannot use the certificate in \(none): No such file"
            ),
            (
                "ingest", ["NEXORS_DRIVER_TLS_CERTIFICATE": none, "NEXORS_DRIVER_TLS_KEY": none],
                "NEXORS_DRIVER_TLS_CERTIFICATE: cannot use the certificate in \(none)"
            ),
            (
                "dispatch",
                [
                    "NEXORS_TLS_CERTIFICATE": none, "NEXORS_TLS_KEY": none,
                    "NEXORS_TLS_AUTHORITY": none,
                ], "NEXORS_TLS_CERTIFICATE: cannot use the certificate in \(none): No such file"
            ),
        ]
        for (program, settings, says) in cases {
            let service = try system.service(program)
            try await service.launch(settings)
            #expect(await service.exit() == .code(78), "\(settings)")
            // Its last line names the key, as deploy/README.md says; behind it is only the rig's own.
            let lines = await service.lines.filter { !$0.hasPrefix("-- exit") }
            let last = lines.last ?? ""
            #expect(last.contains(says) && last.contains("\"level\":\"error\""), "\(last)")
        }
        await system.stop()
    }

    @Test(
        "a program that only checks tokens starts without keys outside production, and says so once"
    )
    func withoutKeys() async throws {
        let folder = try TemporaryDirectory()
        let billing = try ServiceProcess("billing", in: folder, settings: [:])
        try await billing.start()
        let warnings = await billing.lines.filter { $0.contains("\"level\":\"warning\"") }
        #expect(warnings.count == 1, "\(warnings)")
        #expect(warnings.first?.contains("NEXORS_TOKEN_KEYS is not set") == true, "\(warnings)")
        await billing.kill()
    }

    // MARK: - A missing library

    /// The folder of the built programs.
    private static var programs: String {
        ProcessInfo.processInfo.environment["NEXORS_PROGRAMS"]
            ?? URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().path
    }

    /// Runs a program of some folder to its end.
    private static func run(
        _ path: String,
        _ arguments: [String] = []
    ) async throws -> (code: Int32, text: String) {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.standardOutput = output
        process.standardError = output
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let descriptor = output.fileHandleForReading.fileDescriptor
        let bytes: [UInt8] = await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                var all: [UInt8] = []
                var buffer = [UInt8](repeating: 0, count: 65_536)
                while true {
                    let count = read(descriptor, &buffer, buffer.count)
                    if count < 0, errno == EINTR { continue }
                    guard count > 0 else { break }
                    all += buffer[..<count]
                }
                process.waitUntilExit()
                continuation.resume(returning: all)
            }
        }
        withExtendedLifetime(output) {}
        return (process.terminationStatus, String(decoding: bytes, as: UTF8.self))
    }

    /// A folder with all programs, whose gateway asks for a library that no machine has.
    ///
    /// The name is changed in a copy of the program, since a machine's own libraries cannot be taken away for one test.
    private static func makePrograms(in folder: TemporaryDirectory) throws -> String {
        let made = folder.path(of: "programs")
        let files = FileManager.default
        try files.createDirectory(atPath: made, withIntermediateDirectories: true)
        for name in EdgeSystem.names + ["provider-standin"] where name != "gateway" {
            try files.createSymbolicLink(
                atPath: "\(made)/\(name)",
                withDestinationPath: "\(programs)/\(name)"
            )
        }
        var program = try Data(contentsOf: URL(fileURLWithPath: "\(programs)/gateway"))
        let name = try #require(program.range(of: Data("libsqlite3.so.0\0".utf8)))
        program.replaceSubrange(name, with: Data("libsqlite3.so.9\0".utf8))
        try program.write(to: URL(fileURLWithPath: "\(made)/gateway"))
        try files.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(made)/gateway")
        return made
    }

    @Test(
        "a missing library is named by the program, and by nexors with the package that has it",
        .enabled(
            if: FileManager.default.isExecutableFile(atPath: "\(programs)/nexors"),
            "nexors is not built"
        )
    )
    func missingLibrary() async throws {
        let folder = try TemporaryDirectory()
        let made = try Self.makePrograms(in: folder)
        let itself = try await Self.run("\(made)/gateway", ["--version"])
        #expect(itself.code == 127)
        #expect(
            itself.text.contains("libsqlite3.so.9: cannot open shared object file"),
            "\(itself)"
        )

        let data = ["--programs", made, "--data", folder.path(of: "data")]
        let doctor = try await Self.run("\(Self.programs)/nexors", ["doctor"] + data)
        #expect(doctor.code == 1)
        #expect(
            doctor.text.contains("programs: gateway: does not find libsqlite3.so.9"),
            "\(doctor)"
        )
        #expect(doctor.text.contains("Install libsqlite3-0 (apt-get install)"), "\(doctor)")
        #expect(!doctor.text.contains("is version"), "\(doctor)")

        let up = try await Self.run(
            "\(Self.programs)/nexors",
            ["up", "--quiet-city", "--free-ports"] + data
        )
        #expect(up.code == 1)
        #expect(up.text.contains("libsqlite3.so.9"), "\(up)")
        #expect(up.text.contains("`nexors doctor` says which package to install."), "\(up)")
        #expect(!up.text.contains("starting it again"), "\(up)")
    }
}
