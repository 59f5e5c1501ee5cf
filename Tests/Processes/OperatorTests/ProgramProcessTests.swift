import Foundation
import ProcessSupport
import TestSupport
import Testing

@Suite("Programs under test", .timeLimit(.minutes(5)))
struct ProgramProcessTests {
    @Test("a program can be ended by SIGTERM, whatever the thread that started it blocks")
    func signals() async throws {
        var all = sigset_t()
        var former = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_SETMASK, &all, &former)
        let program = Result {
            try ProgramProcess(path: "/bin/sleep", arguments: ["600"], environment: [:])
        }
        pthread_sigmask(SIG_SETMASK, &former, nil)
        try program.get().send(SIGTERM)
        #expect(try await program.get().exit() == .signal(SIGTERM))
    }

    @Test("a wait whose task is cancelled ends the program and has an end itself")
    func cancellation() async throws {
        let program = try ProgramProcess(path: "/bin/sleep", arguments: ["600"], environment: [:])
        let wait = Task { await program.exit() }
        wait.cancel()
        #expect(await wait.value == .signal(SIGKILL))
        let silent = try ProgramProcess(path: "/bin/sleep", arguments: ["600"], environment: [:])
        let line = Task { try await silent.line(with: "never") }
        line.cancel()
        await #expect(throws: ProgramProcess.Failure.self) { try await line.value }
    }

    @Test("once a test process is gone, what it started ends and its folders go")
    func guardian() async throws {
        let directory = try TemporaryDirectory()
        let guardian = try TestGuardian(over: directory.path(of: "folders"))
        try FileManager.default.createDirectory(
            atPath: "\(guardian.root)/one",
            withIntermediateDirectories: false
        )
        let marked = try ProgramProcess(
            path: "/bin/sleep",
            arguments: ["600"],
            environment: guardian.mark
        )
        // As one that a program under test started: known by where its store lies.
        let placed = try ProgramProcess(
            path: "/bin/sleep",
            arguments: ["600"],
            environment: ["STORE": "sqlite:\(guardian.root)/one/store.db"]
        )
        let other = try ProgramProcess(path: "/bin/sleep", arguments: ["600"], environment: [:])
        guardian.release()
        #expect(await marked.exit() == .signal(SIGKILL))
        #expect(await placed.exit() == .signal(SIGKILL))
        #expect(!FileManager.default.fileExists(atPath: guardian.root))
        other.send(SIGTERM)
        #expect(await other.exit() == .signal(SIGTERM))
    }
}
