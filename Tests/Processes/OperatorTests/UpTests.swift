import Foundation
import ProcessHarness
import TestSupport
import Testing

/// `nexors up` with the programs as they are built.
@Suite("nexors up", .serialized)
struct UpTests {
    static let products = [
        "nexors", "provider-standin", "gateway", "dispatch", "ingest", "payments", "billing",
    ]

    /// Whether `NEXORS_UP_TESTS` asks for them and every product lies beside the tests; a build of some targets alone
    /// lacks others.
    static var isBuilt: Bool {
        ProcessInfo.processInfo.environment["NEXORS_UP_TESTS"] != nil
            && products.allSatisfy {
                FileManager.default.isExecutableFile(atPath: "\(folder)/\($0)")
            }
    }

    static var folder: String {
        ProcessInfo.processInfo.environment["NEXORS_PROGRAMS"]
            ?? URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().path
    }

    static func nexors(_ arguments: [String]) throws -> ProgramProcess {
        try ProgramProcess(
            "nexors",
            arguments: arguments,
            environment: [
                "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin",
                "LD_LIBRARY_PATH": ProcessInfo.processInfo.environment["LD_LIBRARY_PATH"] ?? "",
            ]
        )
    }

    /// What a shell prints for `script`, errors included.
    static func shell(_ script: String) throws -> String {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/bin/bash")
        process.arguments = ["-c", script]
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self)
    }

    @Test(
        "quotes, books and tracks by the lines it prints, serves a ride, and finds its data again",
        .enabled(if: isBuilt, "NEXORS_UP_TESTS is not set, or programs are not built"),
        .timeLimit(.minutes(5))
    )
    func whole() async throws {
        let directory = try TemporaryDirectory()
        let data = directory.path(of: "data")
        let up = try Self.nexors(["up", "--quiet-city", "--free-ports", "--data", data])
        _ = try await up.line(with: "Ctrl-C stops everything")
        let pasted = up.lines.elements
            .map { $0.trimmingCharacters(in: .whitespaces) }
            .filter { $0.hasPrefix("QUOTE=") || $0.hasPrefix("BOOKING=") || $0.hasPrefix("curl ") }
        try #require(pasted.count == 3)
        // The track goes on until the ride ends; a few seconds show that it runs.
        let track = "timeout 5 " + pasted[2]
        let output = try Self.shell("\(pasted[0])\n\(pasted[1])\n\(track)")
        #expect(output.contains("\"price\""), "\(output)")
        #expect(output.contains("\"id\":\"bk_"), "\(output)")
        #expect(output.contains("data:"), "\(output)")
        let status = try Self.nexors(["status", "--data", data])
        #expect(await status.exit() == .code(0), "\(status.lines.elements)")
        let doctor = try Self.nexors(["doctor", "--json", "--data", data])
        let findings = await doctor.exit()
        #expect(findings == .code(0), "\(doctor.lines.elements.filter { $0.contains("problem") })")
        up.send(SIGTERM)
        #expect(await up.exit() == .code(0), "\(up.lines.elements.suffix(10))")
        let again = try Self.nexors(["up", "--quiet-city", "--data", data])
        _ = try await again.line(with: "Ctrl-C stops everything")
        let key = { (lines: [String]) in lines.first { $0.contains("API key") } }
        #expect(key(again.lines.elements) == key(up.lines.elements))
        #expect(!again.lines.elements.contains { $0.contains("keys: made") })
        again.send(SIGINT)
        #expect(await again.exit() == .code(0))
    }

    @Test(
        "a port in use is named with the program that has it",
        .enabled(if: isBuilt, "NEXORS_UP_TESTS is not set, or programs are not built")
    )
    func portInUse() async throws {
        let directory = try TemporaryDirectory()
        let data = directory.path(of: "data")
        let standIn = try await StandInProcess()
        let settings = """
            {"ports":{"https":\(standIn.port),"drivers":1,"standIn":1,"calls":{},"health":{}}}
            """
        try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: true)
        try Data(settings.utf8).write(to: URL(fileURLWithPath: "\(data)/settings.json"))
        let up = try Self.nexors(["up", "--quiet-city", "--data", data])
        #expect(await up.exit() == .code(1))
        let said = up.lines.elements.joined(separator: "\n")
        #expect(
            said.contains("port \(standIn.port) for HTTPS of the gateway is used by provider-st")
        )
        #expect(said.contains("--free-ports"))
    }
}
