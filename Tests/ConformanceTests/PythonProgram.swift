import Foundation
import Synchronization
import TestSupport

/// A program of `Tests/Conformance`, run by the system's python3.
final class PythonProgram: Sendable {
    /// What the program printed so far, line by line, errors too.
    let lines = Recorder<String>()
    private let ended = Recorder<Int32>()
    private let process: SpawnedProgram
    private let rest = Mutex("")

    /// Starts `script` with `arguments`.
    ///
    /// - Throws: What the system says.
    init(_ script: String, _ arguments: [String] = []) throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appending(path: "../Conformance")
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw CocoaError(.fileWriteUnknown) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let output = FileHandle(fileDescriptor: ends[0], closeOnDealloc: true)
        defer { close(ends[1]) }
        process = try SpawnedProgram(
            path: Prerequisite.program("python3") ?? "/usr/bin/python3",
            // -B: no compiled copies beside the sources.
            arguments: ["-B", "-u", folder.appending(path: script).path(percentEncoded: false)]
                + arguments,
            environment: ProcessInfo.processInfo.environment
                .merging(TestGuardian.mark) { _, mark in mark },
            output: ends[1]
        )
        // A thread of its own: a readability handler whose pipe goes away with the test crashed
        // inside libdispatch once in nine runs.
        Thread.detachNewThread { [weak self, process, ended] in
            while true {
                let data = output.availableData
                guard !data.isEmpty else { break }
                self?.take(String(decoding: data, as: UTF8.self))
            }
            let end = process.waitForEnd()
            if case .code(let code) = end { ended.append(code) } else { ended.append(-1) }
        }
    }

    deinit {
        if ended.elements.isEmpty { kill(process.id, SIGTERM) }
    }

    /// Waits for the program's end and gives its exit code.
    func exitCode() async -> Int32 {
        await ended.wait(forCount: 1)[0]
    }

    /// Everything that it printed.
    var output: String { lines.elements.joined(separator: "\n") }

    private func take(_ text: String) {
        let complete = rest.withLock { rest in
            var parts = (rest + text).split(separator: "\n", omittingEmptySubsequences: false)
            rest = String(parts.removeLast())
            return parts.map(String.init)
        }
        for line in complete { lines.append(line) }
    }
}
