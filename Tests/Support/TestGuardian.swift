internal import Foundation

/// Cleans up behind a test process, however that ends: its folders go, and so does whatever it started.
///
/// A folder goes with its `TemporaryDirectory`, and a program with the value that holds it. But a test process that is
/// killed, crashes or runs into a time limit runs no `deinit`, and a program that was killed leaves those that it
/// started itself. So a shell waits for the end of a pipe that this process holds open, and nothing is left behind.
// Safe: `process` is started once; only `release` uses it again, and it is called by one owner.
public final class TestGuardian: @unchecked Sendable {
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
    private let process = Process()

    /// Waits for the end of its input, ends the programs that the folder's name marks, and removes the folder.
    ///
    /// It ignores what a terminal sends to all: Ctrl-C ends the tests, not who cleans up.
    private static let script = """
        trap '' HUP INT TERM
        while read -r _; do :; done
        for file in $(grep -lsF -- "$1" /proc/[0-9]*/environ); do
            process=${file#/proc/}
            kill -9 "${process%/environ}" 2>/dev/null
        done
        rm -rf -- "$1"
        """

    /// Makes the folder and has it watched.
    ///
    /// - Throws: What the system says.
    public init(over root: String) throws {
        self.root = root
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw TestGuardianError(code: errno) }
        // Other children must not hold the pipe open, whoever starts them. Nothing is ever written.
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        pipeEnd = ends[1]
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", Self.script, "test-guardian", root]
        process.standardInput = FileHandle(fileDescriptor: ends[0], closeOnDealloc: true)
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
    }

    /// Marks a program that is to end.
    public var mark: [String: String] { ["TEST_FOLDERS": root] }

    /// Does what the end of this process would do, and returns when it is done. Once.
    public func release() {
        close(pipeEnd)
        process.waitUntilExit()
    }
}

/// Why nobody watches over the test process.
public struct TestGuardianError: Error, CustomStringConvertible {
    let code: Int32

    public var description: String { "no pipe: \(String(cString: strerror(code)))" }
}
