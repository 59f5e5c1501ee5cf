import Foundation
import TestSupport
import Testing

@Suite("Acknowledgements and the kernel")
struct AcknowledgementTraceTests {
    /// The program lies beside the test bundle that runs.
    private static var acknowledger: String {
        URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
            .appendingPathComponent("StorageAcknowledger").path
    }

    @Test(
        "every acknowledgement follows a sync that ended well after the log was written",
        .enabled("needs strace") { try Prerequisite.strace.isMet() }
    )
    func trace() throws {
        let folder = try TemporaryDirectory()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try #require(Prerequisite.program("strace")))
        process.arguments = [
            "-f", "-qq", "-o", folder.path(of: "trace"), "-e",
            "trace=write,pwrite64,fdatasync,fsync",
            Self.acknowledger, folder.path(of: "store.db"),
        ]
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        let lines = try String(contentsOfFile: folder.path(of: "trace"), encoding: .utf8)
            .split(separator: "\n")
        #expect(try Self.check(lines) == 40)
    }

    @Test("the check refuses a trace in which the sync is missing, failed, or came too early")
    func checkCanFail() throws {
        let begin = "7 write(1, \"begin 3\\n\", 8) = 8"
        let log = "8 pwrite64(4, \"...\"..., 4096, 0) = 4096"
        let sync = "8 fdatasync(4) = 0"
        let told = "7 write(1, \"acknowledged 3\\n\", 15) = 15"
        #expect(try Self.check([begin, log, sync, told]) == 1)
        #expect(
            try Self.check([
                begin, log, "8 fdatasync(4 <unfinished ...>", "8 <... fdatasync resumed>) = 0",
                told,
            ]) == 1
        )
        for wrong in [
            [begin, log, told, sync], [begin, sync, log, told], [sync, begin, log, told],
            [begin, log, "8 fdatasync(4) = -1 EIO (Input/output error)", told],
            [begin, log, "8 fdatasync(4 <unfinished ...>", told, "8 <... fdatasync resumed>) = 0"],
        ] {
            #expect(throws: TraceFinding.self) { try Self.check(wrong) }
        }
    }

    private struct TraceFinding: Error {
        let line: String
    }

    /// Goes through a trace. - Returns: How many acknowledgements it holds, all in order.
    private static func check(_ lines: [some StringProtocol]) throws -> Int {
        var begunAt: [Substring: Int] = [:]
        var lastLogWrite = -1
        /// Where the last log write stood that a finished sync covers.
        var syncedLogWrite = -1
        var startedSyncCovers = -1
        var count = 0
        for (index, line) in lines.enumerated() {
            if line.contains("pwrite64(") {
                lastLogWrite = index
            } else if line.contains("fdatasync") || line.contains("fsync") {
                // A sync covers what was written before it began.
                if !line.contains("resumed>") { startedSyncCovers = lastLogWrite }
                if line.hasSuffix("= 0") { syncedLogWrite = max(syncedLogWrite, startedSyncCovers) }
            } else if let key = Self.key(after: "begin ", in: line) {
                begunAt[key] = index
            } else if let key = Self.key(after: "acknowledged ", in: line) {
                guard let begun = begunAt[key], syncedLogWrite > begun else {
                    throw TraceFinding(line: String(line))
                }
                count += 1
            }
        }
        return count
    }

    private static func key(after word: String, in line: some StringProtocol) -> Substring? {
        guard line.contains("write(1, \"\(word)") else { return nil }
        let text = String(line)
        guard let start = text.range(of: word)?.upperBound else { return nil }
        return text[start...].prefix { $0.isNumber }
    }
}
