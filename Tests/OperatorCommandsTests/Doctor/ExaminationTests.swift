import Foundation
import Model
import TestSupport
import Testing
import Timekeeping

@testable import OperatorCommands

@Suite("Doctor")
struct ExaminationTests {
    static let now = WallTime(secondsSinceEpoch: 1_795_161_600)

    @Test(
        "a certificate's times are judged, on both sides of each bound",
        arguments: [
            (-1, 31 * 86_400, nil), (0, 30 * 86_400 + 1, nil),
            (0, 30 * 86_400, Finding.Level.warning), (0, 1, .warning), (0, 0, .problem),
            (1, 90 * 86_400, .problem),
        ] as [(Int64, Int64, Finding.Level?)]
    )
    func certificate(begins: Int64, ends: Int64, level: Finding.Level?) {
        let finding = CertificateExamination.judge(
            Self.now.advanced(by: .seconds(begins)),
            Self.now.advanced(by: .seconds(ends)),
            Self.now,
            "gateway"
        )
        #expect(finding?.level == level)
        #expect(finding?.advice.isEmpty != true)
    }

    @Test("fresh keys are in order; a foreign key, a missing file and open rights are found")
    func keys() throws {
        let directory = try TemporaryDirectory()
        let installation = Installation(directory.path)
        try installation.makeDirectories()
        _ = try KeyMaterial(installation, time: ManualTimeSource(wallTime: Self.now)).complete()
        #expect(
            CertificateExamination.findings(installation, now: Self.now).allSatisfy {
                $0.level == .ok
            }
        )
        #expect(RightsExamination.findings(installation).map(\.level) == [.ok])
        let files = FileManager.default
        try files.removeItem(atPath: installation.key("billing.crt"))
        try files.removeItem(atPath: installation.key("gateway.key"))
        try files.copyItem(
            atPath: installation.key("ingest.key"),
            toPath: installation.key("gateway.key")
        )
        try files.setAttributes(
            [.posixPermissions: 0o644],
            ofItemAtPath: installation.key("admin.key")
        )
        let wrong = CertificateExamination.findings(installation, now: Self.now)
            .filter { $0.level != .ok }
        #expect(wrong.map(\.subject) == ["gateway", "billing"])
        #expect(wrong.allSatisfy { $0.advice.contains("nexors up") })
        let rights = RightsExamination.findings(installation)
        #expect(rights.map(\.level) == [.problem])
        #expect(rights.first?.advice == "chmod 600 \(installation.key("admin.key"))")
    }

    @Test("what another authority of the same name has signed is found, and an expired authority")
    func foreignAuthority() throws {
        let directory = try TemporaryDirectory()
        let installation = Installation(directory.path(of: "ours"))
        let other = Installation(directory.path(of: "theirs"))
        for one in [installation, other] {
            try one.makeDirectories()
            _ = try KeyMaterial(one, time: ManualTimeSource(wallTime: Self.now)).complete()
        }
        let files = FileManager.default
        for name in ["ingest.crt", "ingest.key"] {
            try files.removeItem(atPath: installation.key(name))
            try files.copyItem(atPath: other.key(name), toPath: installation.key(name))
        }
        let wrong = CertificateExamination.findings(installation, now: Self.now)
            .filter { $0.level != .ok }
        #expect(wrong.map(\.subject) == ["ingest"])
        #expect(wrong.first?.message.contains("is not signed by") == true, "\(wrong)")
        let later = Self.now.advanced(by: CertificatePlan.authorityLife)
        let expired = CertificateExamination.findings(installation, now: later)
        #expect(expired.first?.message == "has expired, no days ago")
        #expect(expired.allSatisfy { $0.level == .problem })
        try files.removeItem(atPath: installation.authorityPath)
        let without = CertificateExamination.findings(installation, now: Self.now)
        #expect(without.map(\.subject) == ["authority"])
    }

    @Test("a folder that is missing is told once, with how to start an installation")
    func missingFolder() async throws {
        let directory = try TemporaryDirectory()
        let missing = InstallationExamination.finding(Installation(directory.path + "/none"))
        #expect(missing.level == .problem)
        #expect(missing.advice.contains("nexors up"))
        #expect(!InstallationExamination.isThere(Installation(directory.path + "/none")))
        let empty = InstallationExamination.finding(Installation(directory.path))
        #expect(empty.message == "holds no installation: it has no keys")
        let programs = await ProgramExamination.findings(directory.path + "/none")
        #expect(programs.map(\.level) == [.problem])
        #expect(programs.first?.message == "there is no folder \(directory.path)/none")
    }

    @Test("storage is measured, and a file that is no store is found")
    func storage() async throws {
        let directory = try TemporaryDirectory()
        let installation = Installation(directory.path)
        try installation.makeDirectories()
        try Data("this is no database, and long enough not to be taken for an empty one".utf8)
            .write(to: URL(fileURLWithPath: installation.store(.billing)))
        let found = await StorageExamination.findings(installation, time: SystemTimeSource())
        #expect(found.first { $0.subject == "billing" }?.level == .problem)
        #expect(found.first { $0.subject == "gateway" }?.level == .ok)
        #expect(found.contains { $0.subject == "sync" && $0.message.contains("ms") })
    }

    @Test("a store is as large as its file and the log beside it")
    func storeSize() throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write("1234", to: "a.db")
        #expect(StorageExamination.byteCount(path) == 4)
        _ = try directory.write("123", to: "a.db-wal")
        #expect(StorageExamination.byteCount(path) == 7)
    }

    @Test("libraries that the linker does not find are named")
    func libraries() {
        let lines = [
            "linux-vdso.so.1 (0x00007ffd)", "libcurl.so.4 => not found",
            "libssl.so.3 => /lib/libssl.so.3 (0x00007f)",
        ]
        #expect(ProgramExamination.missingLibraries(in: lines) == ["libcurl.so.4"])
    }

    @Test(
        "few open files are a warning that names the command",
        arguments: [(1024, true), (4095, true), (4096, false)]
    )
    func openFiles(soft: Int, isWarning: Bool) {
        let finding = LimitExamination.finding(soft: UInt(soft), hard: 1_048_576)
        #expect((finding.level == .warning) == isWarning)
        #expect(finding.advice.contains("ulimit -n 65536") == isWarning)
    }

    @Test("a finding says what to do below what is wrong")
    func line() {
        let finding = Finding.problem("ports", "8443", "is used", advice: "Stop it.")
        #expect(finding.line == "PROBLEM   ports: 8443: is used\n            -> Stop it.")
        let json =
            #"{"area":"ports","subject":"8443","level":"problem","message":"is used","advice":"Stop it."}"#
        #expect(finding.json == json)
    }
}
