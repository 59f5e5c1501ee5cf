import Foundation
import ProcessSupport
import TestSupport

/// An installation of `nexors up` in a folder of its own, on ports of its own; all of it ends with the value.
final class TestInstallation {
    /// What `nexors up` starts, and itself.
    static let products = [
        "nexors", "provider-standin", "gateway", "dispatch", "ingest", "payments", "billing",
    ]

    /// Where the products lie that these tests run: `deploy/test` names its release build, which is what people run,
    /// by `NEXORS_UP_PROGRAMS`; otherwise beside the tests.
    static let programs =
        ProcessInfo.processInfo.environment["NEXORS_UP_PROGRAMS"] ?? ProgramProcess.folder

    /// All of them are there; a build of some targets alone lacks others.
    static let prerequisite = Prerequisite("programs", advice: "build all products") {
        products.allSatisfy {
            FileManager.default.isExecutableFile(atPath: "\(programs)/\($0)")
        }
    }

    /// What an ordinary shell has, without a developer's own settings.
    static var environment: [String: String] {
        let own = ProcessInfo.processInfo.environment
        return [
            "PATH": own["PATH"] ?? "/usr/bin:/bin",
            "LD_LIBRARY_PATH": own["LD_LIBRARY_PATH"] ?? "",
            "SWIFT_BACKTRACE": "enable=no",
        ]
    }

    /// The installation's folder.
    let data: String
    /// A folder for files of the test.
    let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
        data = directory.path(of: "data")
    }

    deinit {
        // Where a test failed on the way, `nexors up` is killed and leaves its programs behind.
        for name in Self.products { if let id = processID(of: name) { kill(id, SIGKILL) } }
    }

    /// Starts `nexors` with `words`, as a person would in a shell.
    static func nexors(_ words: [String]) throws -> ProgramProcess {
        try ProgramProcess(
            "nexors",
            in: programs,
            arguments: words,
            environment: environment
        )
    }

    /// Starts `nexors` for this installation.
    func nexors(_ words: String...) throws -> ProgramProcess {
        try Self.nexors(words + ["--data", data])
    }

    /// Runs `nexors` for this installation to its end.
    func run(_ words: String...) async throws -> (exit: ProgramProcess.Exit, lines: [String]) {
        let process = try Self.nexors(words + ["--data", data])
        return (await process.exit(), process.lines.elements)
    }

    /// Starts `nexors up` without traffic and returns once it has said everything.
    func up(_ words: String...) async throws -> ProgramProcess {
        let up = try Self.nexors(["up", "--quiet-city"] + words + ["--data", data])
        _ = try await up.line(with: "Ctrl-C stops everything")
        return up
    }

    /// Starts a shell that runs `script`.
    static func shell(_ script: String) throws -> ProgramProcess {
        try ProgramProcess(
            path: "/bin/bash",
            arguments: ["-c", script],
            environment: environment
        )
    }

    /// The process of one of its programs, as its process file says; `nil` where there is none that runs.
    func processID(of program: String) -> Int32? {
        guard
            let data = FileManager.default.contents(atPath: "\(data)/run/\(program).pid"),
            let id = Int32(String(decoding: data, as: UTF8.self).trimmingCharacters(in: .newlines)),
            let own = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(id)/exe"),
            own.hasSuffix("/\(program)")
        else { return nil }
        return id
    }
}
