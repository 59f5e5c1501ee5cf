import Crypto
import Foundation
import Model
import ServiceRuntime
import TestSupport
import Testing
import Timekeeping

@testable import OperatorCommands

@Suite("Secrets for containers")
struct SecretsFolderTests {
    static let provider = SecretsFolder.ProviderCredentials(clientID: "id", secret: "secret")

    /// Runs `nexors` with `words`, and gives what it printed.
    static func run(_ words: [String]) async throws -> (exit: OperatorExit, output: String) {
        let directory = try TemporaryDirectory()
        let path = try directory.write("", to: "output")
        let file = try #require(FileHandle(forWritingAtPath: path))
        let console = Console(
            isTerminal: false,
            output: file.fileDescriptor,
            errors: file.fileDescriptor
        )
        let exit = await OperatorProgram.run(words, console: console, stop: StopRequest())
        try file.close()
        return (exit, try String(contentsOfFile: path, encoding: .utf8))
    }

    static func make(
        _ directory: TemporaryDirectory,
        _ plan: CertificatePlan = CertificatePlan(),
        isProduction: Bool = false
    ) throws -> Installation {
        let installation = try KeyMaterialTests.make(directory)
        _ = try KeyMaterial(
            installation,
            plan: plan,
            deployment: isProduction ? .production : .demo,
            time: ManualTimeSource(wallTime: KeyMaterialTests.start)
        ).complete()
        return installation
    }

    @Test(
        "every program gets its own certificate and the keys it works with, and nobody the authority's"
    )
    func files() throws {
        let directory = try TemporaryDirectory()
        let installation = try Self.make(directory)
        let folder = try SecretsFolder(installation, Self.provider)
        let files = Dictionary(uniqueKeysWithValues: folder.files.map { ($0.path, $0.bytes) })
        for service in ServiceName.allCases {
            let certificate = try #require(files["\(service.text)/tls/tls.crt"])
            #expect(try CertificateFacts(pem: certificate).names == [service.text])
            let keys = try KeySet(pem: try #require(files["\(service.text)/token-keys/keys.pem"]))
            // The two that sign; the others only verify.
            #expect((keys.signingKey != nil) == [.gateway, .ingest].contains(service))
        }
        #expect(files["payments/paypal/client-secret"] == Array("secret".utf8))
        let authority = try SecretFile.read(installation.key(KeyMaterial.File.authorityKey))
        #expect(!files.values.contains(authority))
    }

    @Test("what is written is for its owner alone, and a second time replaces the first")
    func written() throws {
        let directory = try TemporaryDirectory()
        let installation = try Self.make(directory)
        let target = directory.path(of: "secrets")
        let folder = try SecretsFolder(installation, Self.provider)
        for _ in 0..<2 { try folder.write(to: target, owner: nil) }
        let found = try #require(FileManager.default.enumerator(atPath: target))
        var count = 0
        for case let path as String in found {
            let facts = try FileManager.default.attributesOfItem(atPath: "\(target)/\(path)")
            let isFolder = facts[.type] as? FileAttributeType == .typeDirectory
            #expect(facts[.posixPermissions] as? Int == (isFolder ? 0o700 : 0o600), "\(path)")
            if !isFolder { count += 1 }
        }
        #expect(count == folder.files.count)
        for file in folder.files {
            #expect(try SecretFile.read("\(target)/\(file.path)") == file.bytes)
        }
    }

    @Test(
        "a name that outsiders use is in both of their certificates; a new one issues those two anew"
    )
    func publicNames() throws {
        let directory = try TemporaryDirectory()
        let installation = try Self.make(directory, CertificatePlan(publicNames: ["a.example"]))
        let names = { (file: String) in
            Set(try CertificateFacts(pem: SecretFile.read(installation.key(file))).names)
        }
        #expect(try names("public.crt") == ["localhost", "a.example"])
        #expect(try names("drivers.crt") == ["localhost", "a.example"])
        let made = try KeyMaterial(
            installation,
            plan: CertificatePlan(publicNames: ["a.example", "b.example"]),
            time: ManualTimeSource(wallTime: KeyMaterialTests.start)
        ).complete()
        #expect(made == ["certificate of public", "certificate of drivers"])
        // As `nexors up` would: it names less, which takes nothing away.
        let fewer = KeyMaterial(
            installation,
            time: ManualTimeSource(wallTime: KeyMaterialTests.start)
        )
        #expect(try fewer.complete() == [])
    }

    @Test("production's administrator has a key that production takes")
    func liveKey() throws {
        let directory = try TemporaryDirectory()
        let installation = try Self.make(directory, isProduction: true)
        let key = try KeyMaterial.secret(at: installation.key(KeyMaterial.File.adminKey))
        #expect(key.hasPrefix("nx_live_"))
    }

    @Test(
        "production is not written without names and PayPal's credentials",
        arguments: [
            ["--environment", "production", "--public-names", "a.example"],
            ["--environment", "demo", "--paypal-client-id", "id"],
            ["--environment", "test"], [],
        ]
    )
    func refused(options: [String]) async throws {
        let directory = try TemporaryDirectory()
        let words = ["secrets", "write", directory.path(of: "out"), "--data", directory.path]
        #expect(try await Self.run(words + options).exit == .usage)
        #expect(!FileManager.default.fileExists(atPath: directory.path(of: "out")))
    }

    @Test("keys of a demonstration are not written for production, nor the other way round")
    func kinds() async throws {
        let directory = try TemporaryDirectory()
        let secret = try directory.write("s\n", to: "secret")
        let write = [
            "secrets", "write", directory.path(of: "out"), "--data", directory.path(of: "d"),
        ]
        let live = [
            "--environment", "production", "--public-names", "a.example", "--paypal-client-id",
            "id",
            "--paypal-secret", secret,
        ]
        #expect(try await Self.run(write + live).exit == .ok)
        let client = directory.path(of: "out/payments/paypal/client-secret")
        #expect(try SecretFile.read(client) == Array("s".utf8))
        #expect(try await Self.run(write + ["--environment", "demo"]).exit == .failed)
        let up = try await Self.run(["up", "--data", directory.path(of: "d")])
        #expect(up.exit == .failed)
        #expect(up.output.contains("holds the keys of production"), "\(up.output)")
    }
}
