#if PostgreSQL
internal import Foundation
internal import Glibc

/// PostgreSQL of the distribution in a folder of its own: an ordinary user, `fsync` on, a socket and no port.
final class PostgresPeer {
    /// Where Debian puts the server's programs, the newest first, and where others do.
    private static let folders =
        (13...19).reversed().map { "/usr/lib/postgresql/\($0)/bin" } + [
            "/usr/bin", "/usr/local/bin",
        ]

    /// The folder of the server's programs; `nil` where none is installed.
    static let programs: String? = folders.first { folder in
        ["initdb", "postgres", "createdb", "pg_isready"].allSatisfy {
            FileManager.default.isExecutableFile(atPath: "\(folder)/\($0)")
        }
    }

    /// The server's command line.
    let commandLine: String
    private let server: ServerProcess
    private let programs: String
    private let folder: String
    /// What runs a program as an ordinary user; empty where we are one: the server refuses to be root.
    private let identity: [String]

    /// Makes a cluster in the run's folder and starts it.
    init(_ context: BenchmarkContext, _ programs: String) throws {
        self.programs = programs
        // Not in the scratch folder: a socket's path has 107 bytes at most, and the server's user has to reach it.
        folder = "/tmp/nexors-pg-\(getpid())"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        identity = try Self.identity(of: folder)
        try Self.run(
            identity + [
                "\(programs)/initdb", "-D", "\(folder)/data", "-A", "trust", "-U", "nexors",
                "--locale=C", "-E", "UTF8",
            ],
            in: folder
        )
        let words =
            identity + [
                "\(programs)/postgres", "-D", "\(folder)/data", "-k", folder, "-c",
                "listen_addresses=", "-c", "fsync=on", "-c", "max_connections=20",
            ]
        server = try ServerProcess(
            words[0],
            Array(words.dropFirst()),
            core: nil,
            log: "\(context.scratch)/postgres.log"
        )
        commandLine = server.commandLine
        let (probe, folder) = (["\(programs)/pg_isready", "-q", "-h", folder], folder)
        let isReady = server.waits(until: { (try? Self.run(probe, in: folder)) != nil })
        guard isReady else {
            throw BenchmarkError("PostgreSQL does not start; see \(context.scratch)/postgres.log")
        }
    }

    deinit {
        stop()
    }

    /// Makes an empty database and returns its URL.
    func makeDatabase(_ name: String) throws -> String {
        try Self.run(
            ["\(programs)/createdb", "-h", folder, "-U", "nexors", name],
            in: folder
        )
        return "postgres:///\(name)?host=\(folder)&user=nexors"
    }

    /// Ends the server and removes its folder.
    func stop() {
        server.stop()
        try? FileManager.default.removeItem(atPath: folder)
    }

    private static func identity(of folder: String) throws -> [String] {
        guard getuid() == 0 else { return [] }
        guard let user = getpwnam("postgres") ?? getpwnam("nobody"),
            chown(folder, user.pointee.pw_uid, user.pointee.pw_gid) == 0
        else { throw BenchmarkError("there is no ordinary user to run PostgreSQL as") }
        guard let program = ServerProcess.find("setpriv") else {
            throw BenchmarkError("setpriv is not installed: deploy/bench installs it")
        }
        return [
            program, "--reuid=\(user.pointee.pw_uid)", "--regid=\(user.pointee.pw_gid)",
            "--clear-groups",
        ]
    }

    private static func run(_ words: [String], in folder: String) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: words[0])
        process.arguments = Array(words.dropFirst())
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw BenchmarkError("\(words.joined(separator: " ")) fails")
        }
    }
}
#endif
