internal import COpenSSL
internal import Timekeeping

/// What goes into a certificate before it is signed.
struct CertificateForm {
    let commonName: String
    let notBefore: WallTime
    let notAfter: WallTime
    /// Extensions by OpenSSL's number, in its configuration syntax.
    let extensions: [(nid: Int32, value: String)]

    /// Fills in and signs a certificate.
    ///
    /// - Parameter issuer: `nil` for one that signs itself.
    // Safe: every object outlives the calls that use it.
    static func sign(
        _ form: CertificateForm,
        subjectKey: LibraryKey,
        issuer: LibraryCertificate?,
        issuerKey: LibraryKey
    ) throws(CryptoError) -> LibraryCertificate {
        try form.check()
        let doing = "make a certificate for \(form.commonName)"
        let certificate = unsafe try LibraryCertificate(unsafe X509_new(), doing)
        let target = unsafe certificate.pointer
        let issuing = unsafe issuer?.pointer ?? target
        let subject = unsafe X509_get_subject_name(target)
        var isDone = unsafe X509_set_version(target, 2) == 1
        isDone = unsafe isDone && setSerial(of: target)
        isDone =
            unsafe isDone
            && ASN1_TIME_set(X509_getm_notBefore(target), form.notBefore.seconds) != nil
        isDone =
            unsafe isDone && ASN1_TIME_set(X509_getm_notAfter(target), form.notAfter.seconds) != nil
        isDone =
            unsafe isDone
            && X509_NAME_add_entry_by_txt(
                subject,
                "CN",
                MBSTRING_FLAG | 1,
                Array(form.commonName.utf8),
                Int32(form.commonName.utf8.count),
                -1,
                0
            ) == 1
        isDone = unsafe isDone && X509_set_issuer_name(target, X509_get_subject_name(issuing)) == 1
        isDone = unsafe isDone && X509_set_pubkey(target, subjectKey.pointer) == 1
        for (nid, value) in form.extensions {
            isDone = unsafe isDone && copenssl_add_extension(target, issuing, nid, value) == 1
        }
        isDone = unsafe isDone && X509_sign(target, issuerKey.pointer, EVP_sha256()) > 0
        guard isDone else { throw CryptoError.library(doing) }
        return certificate
    }

    /// The two as PEM.
    // Safe: both outlive the calls.
    static func pem(
        _ certificate: LibraryCertificate,
        _ key: LibraryKey
    ) throws(CryptoError) -> CertifiedKey {
        CertifiedKey(
            certificatePEM: unsafe try LibraryText.collect("write a certificate") { file in
                unsafe PEM_write_bio_X509(file, certificate.pointer)
            },
            privateKeyPEM: unsafe try LibraryText.collect("write a private key") { file in
                unsafe PEM_write_bio_PrivateKey(file, key.pointer, nil, nil, 0, nil, nil)
            }
        )
    }

    private func check() throws(CryptoError) {
        guard (1...64).contains(commonName.utf8.count),
            commonName.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F })
        else { throw CryptoError(.malformed, "a certificate's name has 1 to 64 printable signs") }
        guard notBefore < notAfter,
            notBefore.duration(to: notAfter) <= CertificateAuthority.lifeMax
        else {
            throw CryptoError(
                .malformed,
                "a certificate is good for more than 0 and at most 10 years"
            )
        }
    }

    /// 128 random bits, as the rules for public authorities ask (64 at least), positive.
    // Safe: the serial number belongs to the certificate; the number is freed here.
    private static func setSerial(of certificate: OpaquePointer) -> Bool {
        guard let number = unsafe BN_new() else { return false }
        defer { unsafe BN_free(number) }
        return unsafe BN_rand(number, 127, 0, 0) == 1
            && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != nil
    }
}

extension WallTime {
    /// Whole seconds since the Unix epoch, towards the past.
    fileprivate var seconds: Int {
        let (quotient, remainder) = microseconds.quotientAndRemainder(dividingBy: 1_000_000)
        return Int(remainder < 0 ? quotient - 1 : quotient)
    }
}
