internal import COpenSSL
package import Timekeeping

/// A private certificate authority: gives the services of one installation their names.
///
/// Keys are P-256: every TLS 1.3 peer knows them, and signing takes 20 us where RSA takes 1 ms.
package struct CertificateAuthority: Sendable {
    /// The longest time a certificate may be good for: ten years.
    package static let lifeMax = Duration.seconds(10 * 366 * 86_400)

    /// The authority's certificate and key.
    package let certifiedKey: CertifiedKey
    private let certificate: LibraryCertificate
    private let key: LibraryKey

    /// Makes an authority with a new key.
    ///
    /// - Parameter name: who it is, for people; letters, digits, spaces, dots and dashes, at most 64.
    /// - Throws: `.malformed` where the name or the times are not possible.
    // Safe: the key that OpenSSL makes belongs to the object made of it.
    package static func make(
        name: String,
        notBefore: WallTime,
        notAfter: WallTime
    ) throws(CryptoError) -> CertificateAuthority {
        let key = unsafe try LibraryKey(unsafe copenssl_new_p256_key(), "make a key")
        let certificate = try CertificateForm.sign(
            CertificateForm(
                commonName: name,
                notBefore: notBefore,
                notAfter: notAfter,
                extensions: [
                    (NID_basic_constraints, "critical,CA:TRUE,pathlen:0"),
                    (NID_key_usage, "critical,keyCertSign,cRLSign"),
                    (NID_subject_key_identifier, "hash"),
                ]
            ),
            subjectKey: key,
            issuer: nil,
            issuerKey: key
        )
        return try CertificateAuthority(certificate, key)
    }

    /// The authority that `certifiedKey` holds.
    ///
    /// - Throws: `.malformed`.
    package init(_ certifiedKey: CertifiedKey) throws(CryptoError) {
        let certificate = unsafe try LibraryCertificate(
            unsafe LibraryText.parse(certifiedKey.certificatePEM) {
                unsafe PEM_read_bio_X509($0, nil, nil, nil)
            } ?? nil,
            "read the authority's certificate"
        )
        let key = unsafe try LibraryKey(
            unsafe LibraryText.parse(certifiedKey.privateKeyPEM) {
                unsafe PEM_read_bio_PrivateKey($0, nil, { _, _, _, _ in -1 }, nil)
            } ?? nil,
            "read the authority's key"
        )
        // Safe: both outlive the call.
        guard unsafe X509_check_private_key(certificate.pointer, key.pointer) == 1 else {
            throw CryptoError.library(
                "use the authority's key with its certificate",
                code: .malformed
            )
        }
        try self.init(certificate, key)
    }

    private init(_ certificate: LibraryCertificate, _ key: LibraryKey) throws(CryptoError) {
        self.certificate = certificate
        self.key = key
        certifiedKey = try CertificateForm.pem(certificate, key)
    }

    /// Issues a certificate with a new key, good as a server and as a client.
    ///
    /// - Parameters:
    ///   - names: the DNS names it stands for, the service's identity first; 1 ... 16.
    ///   - isForLoopback: whether it stands for localhost, 127.0.0.1 and ::1 as well.
    /// - Throws: `.malformed` where a name or the times are not possible.
    // Safe: the key that OpenSSL makes belongs to the object made of it.
    package func issue(
        names: [String],
        isForLoopback: Bool = false,
        notBefore: WallTime,
        notAfter: WallTime
    ) throws(CryptoError) -> CertifiedKey {
        guard let first = names.first, names.count <= 16, names.allSatisfy(Self.isDNSName) else {
            throw CryptoError(
                .malformed,
                "a certificate needs 1 to 16 DNS names in lower case, not \(names.joined(separator: " "))"
            )
        }
        var alternatives = names.map { "DNS:\($0)" }
        if isForLoopback { alternatives += ["DNS:localhost", "IP:127.0.0.1", "IP:::1"] }
        let key = unsafe try LibraryKey(unsafe copenssl_new_p256_key(), "make a key")
        let certificate = try CertificateForm.sign(
            CertificateForm(
                commonName: first,
                notBefore: notBefore,
                notAfter: notAfter,
                extensions: [
                    (NID_basic_constraints, "critical,CA:FALSE"),
                    (NID_key_usage, "critical,digitalSignature"),
                    (NID_ext_key_usage, "serverAuth,clientAuth"),
                    (NID_subject_alt_name, alternatives.joined(separator: ",")),
                    (NID_subject_key_identifier, "hash"),
                    (NID_authority_key_identifier, "keyid"),
                ]
            ),
            subjectKey: key,
            issuer: self.certificate,
            issuerKey: self.key
        )
        return try CertificateForm.pem(certificate, key)
    }

    /// Whether `name` is a DNS name in lower case; also keeps OpenSSL's separators out of its syntax.
    static func isDNSName(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= 64
            && name.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
                !label.isEmpty && label.first != "-" && label.last != "-"
                    && label.utf8.allSatisfy { byte in
                        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                            || byte == UInt8(ascii: "-")
                    }
            }
    }
}
