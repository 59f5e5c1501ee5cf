#if PostgreSQL
import Foundation
import TestSupport
import Testing

@Suite(
    "Acknowledgements and the server's replies",
    .enabled("needs postgresql") { try Prerequisite.postgres.isMet() }
)
struct AcknowledgementTraceTests {
    /// The program lies beside the test bundle that runs.
    private static var acknowledger: String {
        URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
            .appendingPathComponent("StorageAcknowledger").path
    }

    @Test(
        "every acknowledgement follows the server's reply to the COMMIT of its own statement",
        .enabled("needs strace") { try Prerequisite.strace.isMet() },
        .timeLimit(.minutes(2))
    )
    func trace() throws {
        let folder = try TemporaryDirectory()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try #require(Prerequisite.program("strace")))
        process.arguments = [
            "-f", "-qq", "-xx", "-s", "65536", "-o", folder.path(of: "trace"), "-e",
            "trace=write,sendto,recvfrom",
            Self.acknowledger, try PostgresServer.shared.get().makeDatabase(),
        ]
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        let text = try String(contentsOfFile: folder.path(of: "trace"), encoding: .utf8)
        var check = CommitTraceCheck()
        for line in text.split(separator: "\n") { try check.read(line) }
        #expect(check.acknowledged == Set(0..<40))
    }

    private static let sent: [(String, [UInt8])] = [
        ("statement", [0x42, 0, 0, 0, 8] + Array("NXKEY".utf8) + [0, 0, 3]),
        ("commit", [0x50, 0, 0, 0, 9, 0] + Array("COMMIT\0".utf8)),
    ]
    private static let reply = [0x43, 0, 0, 0, 11] + Array("COMMIT\0Z\0\0\0\u{5}I".utf8)

    private static func line(_ event: String) -> String {
        func hex(_ bytes: some Sequence<UInt8>) -> String {
            bytes.map { "\\x" + String(UInt16($0) + 256, radix: 16).suffix(2) }.joined()
        }
        switch event {
        case "told": return "7 write(1, \"\(hex("acknowledged 3\n".utf8))\", 15) = 15"
        case "reply": return "8 recvfrom(4, \"\(hex(reply))\", 16384, 0, NULL, NULL) = 18"
        case "begun reply": return "8 recvfrom(4,  <unfinished ...>"
        case "ended reply":
            return "8 <... recvfrom resumed>\"\(hex(reply))\", 16384, 0, NULL, NULL) = 18"
        case "first half":
            return "8 recvfrom(4, \"\(hex(reply.prefix(9)))\", 16384, 0, NULL, NULL) = 9"
        case "second half":
            return "8 recvfrom(4, \"\(hex(reply.dropFirst(9)))\", 16384, 0, NULL, NULL) = 9"
        case "rollback":
            let bytes = [0x43, 0, 0, 0, 13] + Array("ROLLBACK\0Z\0\0\0\u{5}I".utf8)
            return "8 recvfrom(4, \"\(hex(bytes))\", 16384, 0, NULL, NULL) = 20"
        default:
            let bytes = sent.first { $0.0 == event }?.1 ?? []
            return "8 sendto(4, \"\(hex(bytes))\", 12, MSG_NOSIGNAL, NULL, 0) = 12"
        }
    }

    @Test(
        "the check takes a reply in one piece or in several",
        arguments: [
            ["statement", "commit", "reply", "told"],
            ["statement", "commit", "begun reply", "ended reply", "told"],
            ["statement", "commit", "first half", "second half", "told"],
        ]
    )
    func accepted(events: [String]) throws {
        var check = CommitTraceCheck()
        for event in events { try check.read(Self.line(event)) }
        #expect(check.acknowledged == [3])
    }

    @Test(
        "the check refuses an acknowledgement without the reply, before it, or of another COMMIT",
        arguments: [
            ["statement", "commit", "told", "reply"],
            ["statement", "commit", "begun reply", "told", "ended reply"],
            ["statement", "commit", "first half", "told", "second half"],
            ["commit", "statement", "reply", "told"],
            ["commit", "reply", "statement", "told"],
            ["statement", "reply", "told"],
            ["statement", "commit", "rollback", "told"],
            ["told"],
        ]
    )
    func refused(events: [String]) {
        #expect(throws: CommitTraceCheck.Finding.self) {
            var check = CommitTraceCheck()
            for event in events { try check.read(Self.line(event)) }
        }
    }
}
#endif
