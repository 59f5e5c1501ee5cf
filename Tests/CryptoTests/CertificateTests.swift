import Crypto
import Foundation
import TestSupport
import Testing
import Timekeeping

extension CertificateAuthority {
    static let start = WallTime(secondsSinceEpoch: 1_750_000_000)
    static let end = WallTime(secondsSinceEpoch: 1_800_000_000)

    static func test() throws -> CertificateAuthority {
        try make(name: "Test authority", notBefore: start, notAfter: end)
    }
}

@Suite("Certificates")
struct CertificateTests {
    let start = CertificateAuthority.start
    let end = CertificateAuthority.end

    @Test("an issued certificate tells its names and times")
    func facts() throws {
        let authority = try CertificateAuthority.test()
        let issued = try authority.issue(
            names: ["dispatch", "dispatch.fleet.internal"],
            isForLoopback: true,
            notBefore: start,
            notAfter: end
        )
        let facts = try CertificateFacts(pem: issued.certificatePEM)
        #expect(facts.names == ["dispatch", "dispatch.fleet.internal", "localhost"])
        #expect(facts.notBefore == start)
        #expect(facts.notAfter == end)
        let own = try CertificateFacts(pem: authority.certifiedKey.certificatePEM)
        #expect(own.names.isEmpty)
        #expect(own.notAfter == end)
    }

    @Test("the openssl tool accepts the chain, for both purposes")
    func chain() throws {
        let folder = try TemporaryDirectory()
        let authority = try CertificateAuthority.test()
        let issued = try CertificateAuthority(authority.certifiedKey)
            .issue(names: ["ingest"], notBefore: start, notAfter: end)
        let paths = (
            folder.path(of: "ca.pem"), folder.path(of: "leaf.pem"), folder.path(of: "leaf.key")
        )
        try SecretFile.write(authority.certifiedKey.certificatePEM, to: paths.0)
        try issued.write(certificatePath: paths.1, keyPath: paths.2)
        for purpose in ["sslserver", "sslclient"] {
            let process = Process()
            process.executableURL = URL(filePath: "/usr/bin/env")
            process.arguments = [
                "openssl", "verify", "-x509_strict", "-attime", "1760000000", "-purpose", purpose,
                "-verify_hostname", "ingest", "-CAfile", paths.0, paths.1,
            ]
            process.standardOutput = Pipe()
            try process.run()
            process.waitUntilExit()
            #expect(process.terminationStatus == 0)
        }
        let mode = try FileManager.default.attributesOfItem(atPath: paths.2)[.posixPermissions]
        #expect(mode as? Int == 0o600)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 3)
    }

    @Test("what an authority has signed is told from what it has not, whatever the time")
    func trust() throws {
        let authority = try CertificateAuthority.test()
        // Of the same name, with another key: only the signature tells the two apart.
        let namesake = try CertificateAuthority.test()
        let issued = try authority.issue(names: ["ingest"], notBefore: start, notAfter: end)
        let trusted = try TrustedAuthorities(pem: authority.certifiedKey.certificatePEM)
        try trusted.check(chain: issued.certificatePEM)
        let foreign = try TrustedAuthorities(pem: namesake.certifiedKey.certificatePEM)
        #expect(code { try foreign.check(chain: issued.certificatePEM) } == .badSignature)
        let both = try TrustedAuthorities(
            pem: namesake.certifiedKey.certificatePEM + authority.certifiedKey.certificatePEM
        )
        try both.check(chain: issued.certificatePEM)
        for pem in [[], Array("nonsense".utf8), issued.privateKeyPEM] {
            #expect(code { _ = try TrustedAuthorities(pem: pem) } == .malformed)
            #expect(code { try trusted.check(chain: pem) } == .malformed)
        }
        // An authority is no server and no client.
        #expect(
            code { try trusted.check(chain: namesake.certifiedKey.certificatePEM) } == .badSignature
        )
        let one = authority.certifiedKey.certificatePEM
        let most = (0..<TrustedAuthorities.certificateCountMax).flatMap { _ in one }
        _ = try TrustedAuthorities(pem: most)
        #expect(code { _ = try TrustedAuthorities(pem: most + one) } == .tooLarge)
    }

    @Test(
        "a name that is no DNS name is refused before it reaches OpenSSL's syntax",
        arguments: [
            "", "a,DNS:b", "a b", "A", "-a", "a-", "a..b", ".", "é",
            String(repeating: "a", count: 65), "a\0b",
        ]
    )
    func badNames(name: String) throws {
        let authority = try CertificateAuthority.test()
        #expect(
            code { _ = try authority.issue(names: [name], notBefore: start, notAfter: end) }
                == .malformed
        )
    }

    @Test("impossible times are refused")
    func badTimes() throws {
        let authority = try CertificateAuthority.test()
        #expect(
            code { _ = try authority.issue(names: ["a"], notBefore: end, notAfter: start) }
                == .malformed
        )
        #expect(
            code { _ = try authority.issue(names: ["a"], notBefore: start, notAfter: start) }
                == .malformed
        )
        let late = start.advanced(by: .seconds(11 * 366 * 86_400))
        #expect(
            code { _ = try authority.issue(names: ["a"], notBefore: start, notAfter: late) }
                == .malformed
        )
        #expect(
            code { _ = try authority.issue(names: [], notBefore: start, notAfter: end) }
                == .malformed
        )
    }

    @Test("a key of another certificate, and what is no certificate, are refused")
    func mismatch() throws {
        let one = try CertificateAuthority.test().certifiedKey
        let other = try CertificateAuthority.test()
        #expect(throws: CryptoError.self) { try CertificateFacts(pem: Array("no".utf8)) }
        #expect(throws: CryptoError.self) { try CertificateFacts(pem: one.privateKeyPEM) }
        let mixed = try other.issue(names: ["a"], notBefore: start, notAfter: end)
        #expect(throws: CryptoError.self) {
            try CertificateAuthority(CertifiedKeyMix.mix(one, mixed))
        }
    }
}

/// Puts two halves together that do not belong together.
enum CertifiedKeyMix {
    static func mix(_ certificate: CertifiedKey, _ key: CertifiedKey) -> CertifiedKey {
        CertifiedKey(certificatePEM: certificate.certificatePEM, privateKeyPEM: key.privateKeyPEM)
    }
}
