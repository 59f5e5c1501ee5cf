import Foundation
import OperatorCommands
import TestSupport
import Testing

@Suite("Started programs")
struct ChildProcessTests {
    static func run(
        _ script: String,
        _ environment: [String: String] = [:]
    ) throws -> (
        ChildProcess, TemporaryDirectory
    ) {
        let directory = try TemporaryDirectory()
        let process = try ChildProcess(
            program: "/bin/sh",
            arguments: ["-c", script],
            environment: environment,
            logPath: directory.path + "/log"
        )
        return (process, directory)
    }

    @Test("the end and the output are told")
    func end() async throws {
        let (process, directory) = try Self.run("echo out; echo err >&2; exit 7")
        #expect(await process.waitForEnd() == .exit(7))
        #expect(LogTail.lines(directory.path + "/log", count: 5) == ["out", "err"])
        #expect(LogTail.lines(directory.path + "/log", count: 1) == ["err"])
    }

    @Test("nothing of our environment reaches it but what is given")
    func environment() async throws {
        let (process, directory) = try Self.run(
            "/usr/bin/env | grep -v ^PWD= | grep -v ^_=",
            ["A": "b c"]
        )
        _ = await process.waitForEnd()
        let lines = LogTail.lines(directory.path + "/log", count: 50)
        #expect(lines.filter { !$0.hasPrefix("SHLVL") && !$0.hasPrefix("OLDPWD") } == ["A=b c"])
    }

    @Test("signals reach it, whatever this process blocks")
    func signal() async throws {
        let (process, _) = try Self.run("while :; do /bin/sleep 1; done")
        process.send(SIGTERM)
        #expect(await process.waitForEnd() == .signal(SIGTERM))
        // After the end a signal would reach whoever has the number now.
        process.send(SIGKILL)
    }

    @Test("a missing program is an error that says how to get it")
    func missing() throws {
        let error = #expect(throws: OperatorError.self) {
            try ChildProcess(
                program: "/nowhere/gateway",
                environment: [:],
                logPath: "/dev/null"
            )
        }
        #expect(error?.message.contains("/nowhere/gateway") == true)
        #expect(error?.advice.contains("deploy/up") == true)
    }

    @Test("waits double to 30 s and start over after a healthy life")
    func backoff() {
        var backoff = RestartBackoff()
        let waits = (0..<8).map { _ in backoff.wait(after: .seconds(1)) }
        #expect(
            waits.map { $0 / .seconds(1) } == [0.5, 1, 2, 4, 8, 16, 30, 30]
        )
        #expect(backoff.wait(after: .seconds(60)) == .milliseconds(500))
        #expect(backoff.wait(after: .milliseconds(59_999)) == .seconds(1))
    }
}
