import Foundation
import TestSupport
import Testing
import Timekeeping

@testable import OperatorCommands

@Suite("Console")
struct ConsoleTests {
    /// What `body` makes a console write to standard error.
    static func errors(
        isTerminal: Bool,
        time: ManualTimeSource,
        _ body: (Console) -> Void
    ) throws -> String {
        let directory = try TemporaryDirectory()
        let path = try directory.write("", to: "errors")
        let file = try #require(FileHandle(forWritingAtPath: path))
        let console = Console(
            isTerminal: isTerminal,
            time: time,
            output: file.fileDescriptor,
            errors: file.fileDescriptor
        )
        body(console)
        try file.close()
        return try String(contentsOfFile: path, encoding: .utf8)
    }

    @Test("on a terminal one line moves, and goes before a line that stays")
    func moving() throws {
        let written = try Self.errors(isTerminal: true, time: ManualTimeSource()) { console in
            console.show("half")
            console.show("all")
            console.note("done")
        }
        #expect(written == "\rhalf\rall \r   \rdone\n")
    }

    @Test("in a log a line of progress stays every ten seconds, none where it is over before")
    func logged() throws {
        let time = ManualTimeSource()
        let written = try Self.errors(isTerminal: false, time: time) { console in
            console.show("at 0 s")
            time.advance(by: .milliseconds(9_999))
            console.show("at 9.999 s")
            time.advance(by: .milliseconds(1))
            console.show("at 10 s")
            time.advance(by: .milliseconds(9_999))
            console.show("at 19.999 s")
            console.endShow()
            time.advance(by: .milliseconds(1))
            console.show("at 20 s")
        }
        #expect(written == "at 10 s\nat 20 s\n")
    }

    @Test(
        "paths are quoted where a shell would take them apart",
        arguments: [
            ("/var/lib/nexors-1.0/keys", "/var/lib/nexors-1.0/keys"),
            ("/home/a b/c", "'/home/a b/c'"), ("/it's", #"'/it'\''s'"#), ("/a$b", "'/a$b'"),
            ("/tmp/é", "'/tmp/é'"),
        ]
    )
    func quoting(path: String, shell: String) {
        #expect(Welcome.quoted(path) == shell)
    }

    @Test("what a replay calls its bookings never looks like a card number")
    func references() {
        for tenant: UInt64 in [1_795_169_746, 1_900_000_000, 4_111_111_111] {
            let longest =
                "\(ReplayReading.run(tenant))-999999"
                .split { !$0.isASCII || $0.isLetter }.map { $0.count { $0.isNumber } }.max() ?? 0
            #expect(longest < 13)
        }
    }
}
