internal import COpenSSL
package import Timekeeping

/// An X.509 certificate with its private key, as PEM.
package struct CertifiedKey: Hashable, Sendable {
    /// The certificate, a "CERTIFICATE" block.
    package let certificatePEM: [UInt8]
    /// Its unencrypted private key, a "PRIVATE KEY" block.
    package let privateKeyPEM: [UInt8]

    /// The two, which are not compared here.
    package init(certificatePEM: [UInt8], privateKeyPEM: [UInt8]) {
        self.certificatePEM = certificatePEM
        self.privateKeyPEM = privateKeyPEM
    }

    /// Writes both, mode 0600, in an order in which a reader never meets a certificate without its key.
    ///
    /// - Throws: `.file`.
    package func write(certificatePath: String, keyPath: String) throws(CryptoError) {
        try SecretFile.write(privateKeyPEM, to: keyPath)
        try SecretFile.write(certificatePEM, to: certificatePath)
    }
}

/// What an operator wants to know of a certificate.
package struct CertificateFacts: Hashable, Sendable {
    /// The DNS names it is good for.
    package let names: [String]
    /// The first moment it is good.
    package let notBefore: WallTime
    /// The last moment it is good.
    package let notAfter: WallTime

    /// Reads the first certificate of `pem`.
    ///
    /// - Throws: `.malformed`.
    package init(pem: [UInt8]) throws(CryptoError) {
        let certificate = unsafe try LibraryCertificate(
            unsafe LibraryText.parse(pem) { unsafe PEM_read_bio_X509($0, nil, nil, nil) } ?? nil,
            "read a certificate"
        )
        names = Self.names(of: certificate)
        // Safe: both times belong to the certificate, which outlives the calls.
        notBefore = unsafe try Self.time(unsafe X509_get0_notBefore(certificate.pointer))
        notAfter = unsafe try Self.time(unsafe X509_get0_notAfter(certificate.pointer))
    }

    // Safe: each name is copied before it is freed.
    private static func names(of certificate: LibraryCertificate) -> [String] {
        var names: [String] = []
        var length: Int32 = 0
        while let text = unsafe copenssl_dns_name(certificate.pointer, Int32(names.count), &length)
        {
            let bytes = unsafe UnsafeBufferPointer(start: text, count: Int(length))
            names.append(unsafe String(decoding: bytes, as: UTF8.self))
            unsafe copenssl_free(text)
        }
        return names
    }

    // Safe: the time is read within the call.
    private static func time(_ time: UnsafePointer<ASN1_TIME>?) throws(CryptoError) -> WallTime {
        var days: Int32 = 0
        var seconds: Int32 = 0
        let epoch = unsafe ASN1_TIME_set(nil, 0)
        defer { unsafe ASN1_STRING_free(epoch) }
        guard unsafe ASN1_TIME_diff(&days, &seconds, epoch, time) == 1 else {
            throw CryptoError.library("read a certificate's times", code: .malformed)
        }
        return WallTime(secondsSinceEpoch: Int64(days) * 86_400 + Int64(seconds))
    }
}
