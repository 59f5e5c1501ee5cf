import Foundation
import Testing

@testable import TestSupport

@Suite("What tests need of the machine")
struct PrerequisiteTests {
    static let missing = Prerequisite("crystal ball", advice: "buy one") { false }

    @Test(
        "what is missing skips tests, unless everything is required and it is not spared",
        arguments: [
            ([:], false), (["NEXORS_REQUIRE_ALL": "0"], false), (["NEXORS_REQUIRE_ALL": "1"], true),
            (["NEXORS_REQUIRE_ALL": "1", "NEXORS_WITHOUT": "mount"], true),
        ]
    )
    func missing(environment: [String: String], isFailure: Bool) throws {
        if isFailure {
            let error = #expect(throws: MissingPrerequisite.self) {
                try Self.missing.isMet(in: environment)
            }
            #expect(error?.description.contains("crystal ball is missing: buy one") == true)
        } else {
            #expect(try !Self.missing.isMet(in: environment))
        }
    }

    @Test("what is spared skips tests, and what is there lets them run")
    func spared() throws {
        let mount = Prerequisite("mount", advice: "") { false }
        let environment = ["NEXORS_REQUIRE_ALL": "1", "NEXORS_WITHOUT": "strace mount"]
        #expect(try !mount.isMet(in: environment))
        #expect(try Prerequisite("air", advice: "") { true }.isMet(in: environment))
    }

    @Test("data that are not beside the package skip tests; a folder that is named must have them")
    func data() throws {
        let directory = try TemporaryDirectory()
        func set(isNamed: Bool) -> SharedData {
            SharedData(key: "KEY", folder: directory.path, isNamed: isNamed, file: "day.csv.gz")
        }
        #expect(try !set(isNamed: false).isAtHand())
        #expect(throws: MissingPrerequisite.self) { try set(isNamed: true).isAtHand() }
        try directory.write("epoch\n", to: "day.csv")
        let gzip = try SpawnedProgram(
            path: try #require(Prerequisite.program("gzip")),
            arguments: [directory.path(of: "day.csv")],
            environment: [:]
        )
        #expect(gzip.waitForEnd() == .code(0))
        #expect(try set(isNamed: true).isAtHand())
        #expect(try set(isNamed: false).unpacked("day.csv.gz") == Data("epoch\n".utf8))
        try directory.write("no gzip", to: "day.csv.gz")
        #expect(throws: CocoaError.self) { try set(isNamed: false).unpacked("day.csv.gz") }
    }
}
