internal import Foundation

/// Cleans up behind a test process, however that ends: its folders go, and so does whatever it started.
///
/// A folder goes with its `TemporaryDirectory`, and a program with the value that holds it. But a test process that is
/// killed, crashes or runs into a time limit runs no `deinit`, and a program that was killed leaves those that it
/// started itself. So a shell waits for the end of a pipe that this process holds open, and nothing is left behind.
public final class TestGuardian: Sendable {
    /// The guardian of this test process.
    public static let shared: Result<TestGuardian, any Error> = Result {
        let process = ProcessInfo.processInfo.processIdentifier
        return try TestGuardian(
            over: FileManager.default.temporaryDirectory
                .appendingPathComponent("nexors-test-\(process)-\(UUID().uuidString.prefix(8))")
                .path
        )
    }

    /// Marks a program that is to end with this process, for one whose environment names no folder of ours.
    public static var mark: [String: String] { (try? shared.get().mark) ?? [:] }

    /// The folder of all folders; programs that are to end have its path in their environment.
    public let root: String
    private let pipeEnd: Int32
    private let shell: SpawnedProgram

    /// Waits for the end of its input, ends the programs that the folder's name marks, takes away what is mounted in
    /// the folder (small disks that tests fill), and removes it.
    ///
    /// It ignores what a terminal sends to all: Ctrl-C ends the tests, not who cleans up.
    private static let script = """
        trap '' HUP INT TERM
        while read -r _; do :; done
        for file in $(grep -lsF -- "$1" /proc/[0-9]*/environ); do
            process=${file#/proc/}
            kill -9 "${process%/environ}" 2>/dev/null
        done
        grep -F -- " $1/" /proc/mounts | while read -r _ place _; do umount -l "$place"; done
        rm -rf -- "$1"
        """

    /// Makes the folder and has it watched.
    ///
    /// - Throws: What the system says.
    public init(over root: String) throws {
        self.root = root
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw SpawnError(what: "pipe", code: errno) }
        // Other children must not hold the pipe open, whoever starts them. Nothing is ever written.
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        pipeEnd = ends[1]
        defer { close(ends[0]) }
        shell = try SpawnedProgram(
            path: "/bin/sh",
            arguments: ["-c", Self.script, "test-guardian", root],
            environment: ["PATH": "/usr/bin:/bin:/usr/sbin:/sbin"],
            input: ends[0]
        )
    }

    /// Marks a program that is to end.
    public var mark: [String: String] { ["TEST_FOLDERS": root] }

    /// Does what the end of this process would do, and returns when it is done. Once.
    public func release() {
        close(pipeEnd)
        _ = shell.waitForEnd()
    }
}
