import Foundation
import TestSupport
import Testing

@Suite("Acknowledgements and the kernel")
struct AcknowledgementTraceTests {
    /// What stands before a key in the bytes of a row.
    private static let keyPrefix = Array("NXKEY".utf8)

    /// The program lies beside the test bundle that runs.
    private static var acknowledger: String {
        URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
            .appendingPathComponent("StorageAcknowledger").path
    }

    @Test(
        "every acknowledgement follows a sync of the log that began after its transaction's last write",
        .enabled("needs strace") { try Prerequisite.strace.isMet() },
        .timeLimit(.minutes(2))
    )
    func trace() throws {
        let folder = try TemporaryDirectory()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try #require(Prerequisite.program("strace")))
        process.arguments = [
            "-f", "-qq", "-y", "-xx", "-s", "8192", "-o", folder.path(of: "trace"), "-e",
            "trace=write,pwrite64,fdatasync",
            Self.acknowledger, folder.path(of: "store.db"),
        ]
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        let text = try String(contentsOfFile: folder.path(of: "trace"), encoding: .utf8)
        #expect(try Self.acknowledged(text.split(separator: "\n")) == Set(0..<40))
    }

    /// Goes through a trace. - Returns: The keys that were acknowledged, all in order.
    private static func acknowledged(_ lines: [some StringProtocol]) throws -> Set<Int> {
        var check = LogTraceCheck(keyPrefix: keyPrefix)
        for line in lines {
            try check.read(line)
            guard line.contains("write(1<") else { continue }
            let text = String(decoding: LogTraceCheck.bytes(of: line), as: UTF8.self)
            guard text.hasPrefix("acknowledged ") else { continue }
            let key = try #require(Int(text.filter(\.isNumber)))
            try check.acknowledge(key, in: line)
        }
        return check.acknowledged
    }

    private static func line(_ event: String) -> String {
        func hex(_ bytes: some Sequence<UInt8>) -> String {
            bytes.map(LogTraceCheck.escaped).joined()
        }
        let log = "4<\(hex("/store.db-wal".utf8))>"
        func write(_ bytes: [UInt8], to file: String) -> String {
            "8 pwrite64(\(file), \"\(hex(bytes))\", \(bytes.count), 0) = \(bytes.count)"
        }
        let page = [0x0D, 0, 0] + keyPrefix + [0, 0, 3, 0]
        return switch event {
        case "frame":
            write([UInt8](repeating: 0, count: 7) + [0] + .init(repeating: 9, count: 16), to: log)
        case "last frame":
            write([UInt8](repeating: 0, count: 7) + [2] + .init(repeating: 9, count: 16), to: log)
        case "page": write(page, to: log)
        case "other page": write([0x0D, 0, 0], to: log)
        case "page elsewhere": write(page, to: "5<\(hex("/store.db".utf8))>")
        case "failed page":
            "8 pwrite64(\(log), \"\(hex(page))\", 12, 0) = -1 ENOSPC (No space left)"
        case "sync": "8 fdatasync(\(log)) = 0"
        case "sync elsewhere": "8 fdatasync(5<\(hex("/store.db".utf8))>) = 0"
        case "failed sync": "8 fdatasync(\(log)) = -1 EIO (Input/output error)"
        case "sync begins": "8 fdatasync(\(log) <unfinished ...>"
        case "sync ends": "8 <... fdatasync resumed>) = 0"
        case "another's sync ends": "9 <... fdatasync resumed>) = 0"
        default:
            "7 write(1<\(hex("/dev/null".utf8))>, \"\(hex("acknowledged 3\n".utf8))\", 15) = 15"
        }
    }

    @Test(
        "the check takes a sync in one piece or in two, and a transaction of several frames",
        arguments: [
            ["last frame", "page", "sync", "told"],
            ["last frame", "page", "sync begins", "sync ends", "told"],
            ["frame", "page", "last frame", "other page", "sync", "told"],
        ]
    )
    func accepted(events: [String]) throws {
        #expect(try Self.acknowledged(events.map(Self.line)) == [3])
    }

    @Test(
        "the check refuses a sync that is missing, failed, came too early or was of another file",
        arguments: [
            ["last frame", "page", "told", "sync"],
            ["last frame", "page", "sync begins", "told", "sync ends"],
            ["sync", "last frame", "page", "told"],
            ["last frame", "sync", "page", "told"],
            ["last frame", "sync begins", "page", "sync ends", "told"],
            ["frame", "page", "sync", "told"],
            ["frame", "page", "sync", "last frame", "other page", "told"],
            ["last frame", "page", "sync elsewhere", "told"],
            ["last frame", "page elsewhere", "sync", "told"],
            ["last frame", "other page", "sync", "told"],
            ["last frame", "page", "failed sync", "told"],
            ["last frame", "failed page", "sync", "told"],
            ["last frame", "page", "sync begins", "another's sync ends", "told"],
            ["told"],
        ]
    )
    func refused(events: [String]) {
        #expect(throws: LogTraceCheck.Finding.self) {
            try Self.acknowledged(events.map(Self.line))
        }
    }
}
