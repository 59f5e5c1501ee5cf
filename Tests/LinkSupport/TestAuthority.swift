package import Crypto
internal import Model
package import ServiceRuntime
package import TestSupport
internal import Timekeeping
internal import Transport

/// A private authority and the certificates that it gives, as files in a folder; good for an hour around now.
package struct TestAuthority: Sendable {
    /// The authority itself.
    package let authority: CertificateAuthority
    private let folder: TemporaryDirectory

    /// An authority called `name` whose files lie in `folder`.
    ///
    /// - Throws: What OpenSSL says.
    package init(_ name: String = "test", in folder: TemporaryDirectory) throws {
        self.folder = folder
        let hour = Self.hour()
        authority = try CertificateAuthority.make(
            name: name,
            notBefore: hour.begin,
            notAfter: hour.end
        )
    }

    /// Issues a certificate for `name` and writes `NAME.crt`, `NAME.key` and the authority's `NAME.ca`.
    ///
    /// - Parameter isForLoopback: Whether it also names this machine's loopback addresses.
    /// - Throws: What OpenSSL or the file system says.
    @discardableResult
    package func files(_ name: String, isForLoopback: Bool = false) throws -> TLSFiles {
        let hour = Self.hour()
        let issued = try authority.issue(
            names: [name],
            isForLoopback: isForLoopback,
            notBefore: hour.begin,
            notAfter: hour.end
        )
        let files = TLSFiles(
            certificate: folder.path(of: "\(name).crt"),
            key: folder.path(of: "\(name).key"),
            authority: folder.path(of: "\(name).ca")
        )
        try issued.write(certificatePath: files.certificate, keyPath: files.key)
        try SecretFile.write(authority.certifiedKey.certificatePEM, to: files.authority)
        return files
    }

    /// Mutual TLS for a service called `name`, with a new certificate.
    ///
    /// - Throws: What OpenSSL or the file system says.
    package func security(_ name: String) throws -> LinkSecurity {
        try .mutual(try files(name))
    }

    private static func hour() -> (begin: WallTime, end: WallTime) {
        let now = SystemTimeSource().wallTime
        return (now.advanced(by: .seconds(-60)), now.advanced(by: .seconds(3600)))
    }
}

extension TLSFiles {
    /// The settings that name these files.
    package var settings: [String: String] {
        [
            "NEXORS_TLS_CERTIFICATE": certificate,
            "NEXORS_TLS_KEY": key,
            "NEXORS_TLS_AUTHORITY": authority,
        ]
    }
}
