import Foundation
import TestSupport
import Testing

@testable import OperatorCommands

@Suite("Ports of this machine")
struct PortProbeTests {
    /// A listener on a free port of loopback; closed by the caller.
    static func listen() throws -> (descriptor: Int32, port: UInt16) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let port = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic -> UInt16 in
                guard bind(descriptor, generic, length) == 0, Glibc.listen(descriptor, 1) == 0,
                    getsockname(descriptor, generic, &length) == 0
                else { return 0 }
                return UInt16(bigEndian: pointer.pointee.sin_port)
            }
        }
        try #require(port > 0)
        return (descriptor, port)
    }

    @Test("a port in use is not free, and its holder is named")
    func holder() throws {
        let (descriptor, port) = try Self.listen()
        #expect(!PortProbe.isFree(port))
        let holder = PortProbe.holder(of: port)
        #expect(holder?.id == getpid())
        #expect(holder?.name == PortProbe.processName(getpid()))
        close(descriptor)
    }

    @Test("a port that was let go is free, and nobody holds it")
    func released() throws {
        // Another process may take one in between, so one of several has to show it.
        let shown = try (0..<20).contains { _ in
            let (descriptor, port) = try Self.listen()
            close(descriptor)
            return PortProbe.isFree(port) && PortProbe.holder(of: port) == nil
        }
        #expect(shown)
    }

    @Test("a name longer than the kernel keeps is whole", .timeLimit(.minutes(1)))
    func wholeName() async throws {
        let directory = try TemporaryDirectory()
        let program = directory.path(of: "a-name-of-more-than-fifteen-letters")
        try ProgramCopy.make(of: "/bin/sleep", at: program)
        let process = try ChildProcess(
            program: program,
            arguments: ["600"],
            environment: [:],
            logPath: directory.path(of: "log")
        )
        // A new process has its parent's name for a moment; the time limit ends a wait in vain.
        while PortProbe.processName(process.id) != "a-name-of-more-than-fifteen-letters" {
            try Task.checkCancellation()
            await Task.yield()
        }
        process.send(SIGKILL)
        _ = await process.waitForEnd()
        #expect(PortProbe.processName(process.id) == "unknown")
    }

    @Test(
        "a stopped process is told by the state behind its name, whatever that holds",
        arguments: [
            ("7 (dispatch) T 1 7", true), ("7 (a) t 1", true), ("7 (dispatch) S 1 7", false),
            ("7 (odd) T) R 1", false), ("7 (odd) S) T 1", true), ("", false), ("7 (", false),
            ("7 (a)", false),
        ]
    )
    func stopped(stat: String, isStopped: Bool) {
        #expect(PortProbe.isStopped(stat: stat) == isStopped)
    }

    @Test("only the line that listens counts")
    func table() {
        let table = """
              sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
               0: 0100007F:20FB 0100007F:9C40 01 00000000:00000000 00:00000000 00000000     0        0 11 1
               1: 0100007F:20FB 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 22 1
               2: garbage
            """
        #expect(PortProbe.listeningInode(8443, in: table) == "22")
        #expect(PortProbe.listeningInode(8444, in: table) == nil)
    }
}
