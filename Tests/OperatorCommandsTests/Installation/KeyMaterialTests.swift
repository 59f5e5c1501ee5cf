import Crypto
import Foundation
import OperatorCommands
import TestSupport
import Testing
import Timekeeping

@Suite("Keys of an installation")
struct KeyMaterialTests {
    /// 2026-11-20T08:00:00Z.
    static let start = WallTime(secondsSinceEpoch: 1_795_161_600)

    static func make(_ directory: TemporaryDirectory) throws -> Installation {
        let installation = Installation(directory.path)
        try installation.makeDirectories()
        return installation
    }

    static func files(_ installation: Installation) throws -> [String: Data] {
        var files: [String: Data] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: installation.keysDirectory)
        {
            files[name] = FileManager.default.contents(atPath: installation.key(name))
        }
        return files
    }

    @Test("a first run makes everything for its owner alone, a second changes nothing")
    func twice() throws {
        let directory = try TemporaryDirectory()
        let installation = try Self.make(directory)
        let time = ManualTimeSource(wallTime: Self.start)
        let material = KeyMaterial(installation, time: time)
        let made = try material.complete()
        #expect(made.count == 14)
        #expect(
            material.note(made)
                == "keys: made 14 keys and certificates in \(installation.keysDirectory)"
        )
        #expect(material.note(Array(made[..<2])) == "keys: made \(made[0]), \(made[1])")
        let files = try Self.files(installation)
        for name in files.keys {
            let attributes = try FileManager.default.attributesOfItem(
                atPath: installation.key(name)
            )
            #expect(attributes[.posixPermissions] as? Int == 0o600, "\(name)")
        }
        #expect(try KeyMaterial(installation, time: time).complete() == [])
        #expect(try Self.files(installation) == files)
    }

    @Test("no second authority is made over what the first has issued", arguments: [0, 1, 2])
    func lostAuthority(lost: Int) throws {
        let directory = try TemporaryDirectory()
        let installation = try Self.make(directory)
        let time = ManualTimeSource(wallTime: Self.start)
        _ = try KeyMaterial(installation, time: time).complete()
        let halves = [["authority.key"], ["authority.crt"], ["authority.key", "authority.crt"]]
        for name in halves[lost] {
            try FileManager.default.removeItem(atPath: installation.key(name))
        }
        try FileManager.default.removeItem(atPath: installation.key("billing.crt"))
        let files = try Self.files(installation)
        let error = #expect(throws: OperatorError.self) {
            try KeyMaterial(installation, time: time).complete()
        }
        #expect(
            error?.message.contains(halves[lost].last ?? "") == true,
            "\(String(describing: error))"
        )
        #expect(try Self.files(installation) == files)
    }

    @Test("where nothing is to issue, the authority's key may be kept elsewhere")
    func authorityElsewhere() throws {
        let directory = try TemporaryDirectory()
        let installation = try Self.make(directory)
        let time = ManualTimeSource(wallTime: Self.start)
        _ = try KeyMaterial(installation, time: time).complete()
        try FileManager.default.removeItem(atPath: installation.key("authority.key"))
        #expect(try KeyMaterial(installation, time: time).complete() == [])
    }

    @Test("the administrator's key has the form that the gateway reads")
    func adminKey() throws {
        let directory = try TemporaryDirectory()
        let installation = try Self.make(directory)
        let material = KeyMaterial(installation, time: ManualTimeSource(wallTime: Self.start))
        _ = try material.complete()
        let parts = try material.adminKey().split(separator: "_", maxSplits: 3)
        #expect(parts.map(\.count) == [2, 4, 26, 43])
        #expect(parts.prefix(2) == ["nx", "test"])
    }

    @Test("a certificate is issued anew at 30 days before its end, the others stay")
    func renewal() throws {
        let directory = try TemporaryDirectory()
        let installation = try Self.make(directory)
        let time = ManualTimeSource(wallTime: Self.start)
        _ = try KeyMaterial(installation, time: time).complete()
        let before = try Self.files(installation)
        let life = CertificatePlan.certificateLife - CertificatePlan.renewalTime
        let late = ManualTimeSource(wallTime: Self.start.advanced(by: life - .seconds(1)))
        #expect(try KeyMaterial(installation, time: late).complete() == [])
        let due = ManualTimeSource(wallTime: Self.start.advanced(by: life))
        let made = try KeyMaterial(installation, time: due).complete()
        #expect(made.count == CertificatePlan().entries.count)
        let after = try Self.files(installation)
        #expect(after["authority.crt"] == before["authority.crt"])
        #expect(after["admin.key"] == before["admin.key"])
        #expect(after["gateway.crt"] != before["gateway.crt"])
    }

    @Test("verifiers hold both public keys and no private one")
    func tokenKeys() throws {
        let directory = try TemporaryDirectory()
        let installation = try Self.make(directory)
        _ = try KeyMaterial(installation, time: ManualTimeSource(wallTime: Self.start)).complete()
        let verifiers = try KeySet(
            pem: SecretFile.read(installation.key(KeyMaterial.File.tokenKeys))
        )
        #expect(verifiers.verifyingKeys.count == 2)
        #expect(verifiers.signingKey == nil)
        let ingest = try KeySet(
            pem: SecretFile.read(installation.key(KeyMaterial.File.ingestTokenKeys))
        )
        #expect(ingest.signingKey?.id == verifiers.verifyingKeys[1].id)
        #expect(ingest.verifyingKeys.map(\.id).contains(verifiers.verifyingKeys[0].id))
    }
}
