internal import Foundation

/// A real PostgreSQL server in a temporary folder: an ordinary user, `fsync` on, a socket in the folder, no port.
///
/// A shell holds it and stops it, and removes the folder, when the test process ends, however it ends.
public final class PostgresServer: Sendable {
    /// Where Debian, and then others, put the server's programs.
    private static let folders =
        ["17", "16", "15", "14", "13"].map { "/usr/lib/postgresql/\($0)/bin" } + [
            "/usr/bin", "/usr/local/bin",
        ]

    /// The folder of the server's programs; nil where there are none (`Prerequisite.postgres`).
    public static let programs: String? = folders.first {
        FileManager.default.isExecutableFile(atPath: "\($0)/initdb")
            && FileManager.default.isExecutableFile(atPath: "\($0)/pg_ctl")
    }

    /// The server that all tests of a process share, each with a database of its own.
    public static let shared: Result<PostgresServer, any Error> = Result {
        try PostgresServer.start()
    }

    private static let script = """
        set -eu
        bin=$1; folder=$2
        as() {
            if [ "$(id -u)" != 0 ]; then "$@"; return; fi
            user=postgres; getent passwd postgres >/dev/null || user=nobody
            chown "$user" "$folder"
            setpriv --reuid="$user" --regid="$(id -g "$user")" --clear-groups "$@"
        }
        cd "$folder"
        trap 'as "$bin/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null 2>&1 || true; rm -rf "$folder"' EXIT
        as "$bin/initdb" -D "$folder/data" -A trust -U nexors --locale=C -E UTF8 --no-sync >"$folder/initdb.log" 2>&1
        start() {
            as "$bin/pg_ctl" -w -D "$folder/data" -l "$folder/server.log" \\
                -o "-k $folder -c listen_addresses= -c fsync=on -c max_connections=200" start >/dev/null
        }
        start
        echo ready
        while read -r command; do
            case $command in
            crash) as "$bin/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null; echo crashed ;;
            start) start; echo ready ;;
            create\\ *) as "$bin/createdb" -h "$folder" -U nexors "${command#create }"; echo created ;;
            esac
        done
        """

    private let folder: String
    private let process: Process
    private let commands: FileHandle
    private let answers: FileHandle
    private let lock = NSLock()

    private init(folder: String, process: Process, commands: FileHandle, answers: FileHandle) {
        self.folder = folder
        self.process = process
        self.commands = commands
        self.answers = answers
    }

    deinit {
        try? commands.close()
        process.waitUntilExit()
    }

    /// Makes and starts a server. - Throws: `PostgresServerError` with what was missing.
    public static func start() throws -> PostgresServer {
        guard let programs else { throw PostgresServerError("no PostgreSQL server is installed") }
        // Short: the path of a socket has at most 107 bytes.
        let folder = "/tmp/nxpg-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        let process = Process()
        let input = Pipe()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", script, "postgres-for-tests", programs, folder]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        let server = PostgresServer(
            folder: folder,
            process: process,
            commands: input.fileHandleForWriting,
            answers: output.fileHandleForReading
        )
        try server.expect("ready")
        return server
    }

    /// Makes an empty database and returns its URL.
    public func makeDatabase() throws -> String {
        let name = "d\(UUID().uuidString.prefix(8).lowercased())"
        try command("create \(name)", answer: "created")
        return "postgres:///\(name)?host=\(folder)&user=nexors"
    }

    /// Stops the server as a crash would: without a checkpoint, its clients cut off.
    public func crash() throws {
        try command("crash", answer: "crashed")
    }

    /// Starts it again; it recovers from its log.
    public func restart() throws {
        try command("start", answer: "ready")
    }

    private func command(_ text: String, answer: String) throws {
        lock.lock()
        defer { lock.unlock() }
        try commands.write(contentsOf: Data("\(text)\n".utf8))
        try expect(answer)
    }

    private func expect(_ answer: String) throws {
        var line: [UInt8] = []
        while let byte = try answers.read(upToCount: 1)?.first {
            if byte == UInt8(ascii: "\n") { break }
            line.append(byte)
        }
        guard String(decoding: line, as: UTF8.self) == answer else {
            throw PostgresServerError("the PostgreSQL server did not start; see \(folder)")
        }
    }
}

/// Why there is no server.
public struct PostgresServerError: Error, CustomStringConvertible {
    /// What is missing or went wrong.
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}
