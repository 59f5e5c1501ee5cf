internal import Foundation

/// Something of the machine that some tests need and not every machine has.
///
///     @Test("...", .enabled("needs strace") { try Prerequisite.strace.isMet() })
///
/// Where it is missing such a test is skipped by name; under `NEXORS_REQUIRE_ALL=1`, which `deploy/test` sets, it
/// fails instead, so that a machine that lost a tool cannot look like one where everything passed. `NEXORS_WITHOUT`
/// lists, with blanks between, what may be missing all the same.
public struct Prerequisite: Sendable {
    /// What it is called in messages and in `NEXORS_WITHOUT`.
    public let name: String
    /// What to do where it is missing.
    private let advice: String
    private let isThere: @Sendable () -> Bool

    /// A prerequisite that is there where `isThere` says so.
    public init(_ name: String, advice: String, isThere: @escaping @Sendable () -> Bool) {
        self.name = name
        self.advice = advice
        self.isThere = isThere
    }

    /// Whether tests that need it can run.
    ///
    /// - Throws: Where it is missing and everything is required.
    public func isMet() throws -> Bool {
        try isMet(in: ProcessInfo.processInfo.environment)
    }

    /// The same under another environment than this process's.
    func isMet(in environment: [String: String]) throws -> Bool {
        if isThere() { return true }
        let spared = (environment["NEXORS_WITHOUT"] ?? "").split(separator: " ")
        guard environment["NEXORS_REQUIRE_ALL"] == "1", !spared.contains(Substring(name)) else {
            return false
        }
        throw MissingPrerequisite(
            description: "\(name) is missing: \(advice), or do without: NEXORS_WITHOUT=\(name)"
        )
    }

    /// The path of a program in `PATH`; `nil` where there is none.
    public static func program(_ name: String) -> String? {
        (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin")
            .split(separator: ":").map { "\($0)/\(name)" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// Runs the reference client of LBP/1.
    public static let python = Prerequisite("python3", advice: "install python3") {
        program("python3") != nil
    }
    /// Shows the system calls of a program.
    public static let strace = Prerequisite("strace", advice: "install strace") {
        program("strace") != nil
    }
    /// The server of the second storage engine.
    public static let postgres = Prerequisite("postgresql", advice: "install postgresql") {
        PostgresServer.programs != nil
    }
}

/// Why a test fails that could have been skipped.
public struct MissingPrerequisite: Error, CustomStringConvertible {
    /// What is missing and what to do.
    public let description: String
}
