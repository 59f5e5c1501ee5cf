import Foundation
import TestSupport
import Testing

@testable import OperatorCommands

@Suite("Logs of programs that write on", .timeLimit(.minutes(2)))
struct LogRotationTests {
    static func text(_ path: String) -> String? {
        FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
    }

    @Test("a log stays below its limit and moves aside at it; the oldest goes")
    func generations() throws {
        let directory = try TemporaryDirectory()
        let log = directory.path(of: "gateway.log")
        try LogRotation.rotate(log, atBytes: 4, keeping: 2)
        #expect(Self.text("\(log).1") == nil)
        for (text, kept) in [
            ("abc", ["abc", nil, nil]), ("1234", ["", "1234", nil]),
            ("56789", ["", "56789", "1234"]), ("last", ["", "last", "56789"]),
        ] as [(String, [String?])] {
            try directory.write(text, to: "gateway.log")
            try LogRotation.rotate(log, atBytes: 4, keeping: 2)
            #expect([log, "\(log).1", "\(log).2"].map(Self.text) == kept)
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: directory.path)
        #expect(names.sorted() == ["gateway.log", "gateway.log.1", "gateway.log.2"])
    }

    @Test("a program that has its log open goes on at the beginning of the emptied file")
    func writer() async throws {
        let directory = try TemporaryDirectory()
        let log = directory.path(of: "program.log")
        let program = try ChildProcess(
            program: "/bin/sh",
            arguments: [
                "-c",
                "echo before; until [ -e \(log).1 ]; do sleep 0.05; done; echo after",
            ],
            environment: ["PATH": "/usr/bin:/bin"],
            logPath: log
        )
        while Self.text(log)?.isEmpty ?? true {
            try Task.checkCancellation()
            await Task.yield()
        }
        try LogRotation.rotate(log, atBytes: 1, keeping: 1)
        #expect(await program.waitForEnd() == .exit(0))
        #expect(Self.text("\(log).1") == "before\n")
        #expect(Self.text(log) == "after\n")
    }

    @Test("where there is no room for a copy the log stays whole, and it is said")
    func noRoom() throws {
        let directory = try TemporaryDirectory()
        let log = try directory.write("line\n", to: "program.log")
        try FileManager.default.createDirectory(
            atPath: "\(log).new",
            withIntermediateDirectories: false
        )
        let error = #expect(throws: OperatorError.self) { try LogRotation.rotate(log, atBytes: 1) }
        #expect(error?.message.contains("\(log).new") == true)
        #expect(Self.text(log) == "line\n")
    }
}
