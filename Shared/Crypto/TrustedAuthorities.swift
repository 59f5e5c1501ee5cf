internal import COpenSSL

/// The authorities of a file, to ask by hand what every handshake asks by itself: who has signed this certificate?
package struct TrustedAuthorities: Sendable {
    /// The most certificates of one file.
    package static let certificateCountMax = 64

    private let certificates: [LibraryCertificate]

    /// The authorities whose certificates `pem` holds.
    ///
    /// - Throws: `.malformed` where it holds none, `.tooLarge` above `certificateCountMax`.
    package init(pem: [UInt8]) throws(CryptoError) {
        certificates = try Self.certificates(pem)
    }

    /// Checks that one of them has signed the first certificate of `chain`, with the help of those behind it, and that
    /// it is good for a server and for a client. Times are not looked at: `CertificateFacts` has them.
    ///
    /// - Throws: `.malformed` for what is no certificate, `.badSignature` with OpenSSL's reason.
    // Safe: store and certificates outlive the calls; the store takes references of its own.
    package func check(chain: [UInt8]) throws(CryptoError) {
        let chain = try Self.certificates(chain)
        guard let store = unsafe X509_STORE_new() else { throw CryptoError.library("make a store") }
        defer { unsafe X509_STORE_free(store) }
        for authority in certificates {
            guard unsafe X509_STORE_add_cert(store, authority.pointer) == 1 else {
                throw CryptoError.library("trust an authority")
            }
        }
        var pointers = unsafe chain.map { certificate in
            unsafe Optional(certificate.pointer)
        }
        for purpose in [X509_PURPOSE_SSL_SERVER, X509_PURPOSE_SSL_CLIENT] {
            let status = unsafe copenssl_verify(store, &pointers, Int32(pointers.count), purpose)
            guard status == X509_V_OK else {
                let reason = unsafe String(cString: X509_verify_cert_error_string(Int(status)))
                throw CryptoError(.badSignature, reason)
            }
        }
        withExtendedLifetime(chain) {}
    }

    /// Every certificate of `pem`, in order.
    // Safe: each certificate that is read belongs to the object made of it.
    private static func certificates(_ pem: [UInt8]) throws(CryptoError) -> [LibraryCertificate] {
        let read = unsafe LibraryText.parse(pem) { file -> [LibraryCertificate] in
            var certificates: [LibraryCertificate] = []
            while certificates.count <= certificateCountMax,
                let next = unsafe try? LibraryCertificate(
                    unsafe PEM_read_bio_X509(file, nil, nil, nil),
                    "read a certificate"
                )
            {
                certificates.append(next)
            }
            return certificates
        }
        let certificates = read ?? []
        guard !certificates.isEmpty else {
            throw CryptoError(.malformed, "there is no certificate (PEM) in it")
        }
        guard certificates.count <= certificateCountMax else {
            throw CryptoError(
                .tooLarge,
                "there are more than \(certificateCountMax) certificates in it"
            )
        }
        return certificates
    }
}
