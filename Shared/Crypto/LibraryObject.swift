internal import COpenSSL

/// A key of OpenSSL's, freed with the last reference.
// Safe: the key is never changed after it is made, and OpenSSL allows many threads to use one.
@safe
final class LibraryKey: @unchecked Sendable {
    let pointer: OpaquePointer

    /// Takes over `pointer`; throws what OpenSSL reports where it is nil.
    init(_ pointer: OpaquePointer?, _ doing: String) throws(CryptoError) {
        guard let pointer = unsafe pointer else {
            throw CryptoError.library(doing, code: .malformed)
        }
        unsafe self.pointer = pointer
    }

    deinit {
        unsafe EVP_PKEY_free(pointer)
    }
}

/// A certificate of OpenSSL's, freed with the last reference.
// Safe: the certificate is never changed once it is reachable by others.
@safe
final class LibraryCertificate: @unchecked Sendable {
    let pointer: OpaquePointer

    /// Takes over `pointer`; throws what OpenSSL reports where it is nil.
    init(_ pointer: OpaquePointer?, _ doing: String) throws(CryptoError) {
        guard let pointer = unsafe pointer else {
            throw CryptoError.library(doing, code: .malformed)
        }
        unsafe self.pointer = pointer
    }

    deinit {
        unsafe X509_free(pointer)
    }
}

/// Text passed to and from OpenSSL through its memory files.
enum LibraryText {
    /// What `write` puts into a memory file.
    // Safe: the file lives until its bytes are copied.
    static func collect(
        _ doing: String,
        _ write: (OpaquePointer) -> Int32
    ) throws(CryptoError) -> [UInt8] {
        guard let file = unsafe BIO_new(BIO_s_mem()) else { throw CryptoError.library(doing) }
        defer { unsafe BIO_free_all(file) }
        guard unsafe write(file) == 1 else { throw CryptoError.library(doing) }
        var data: UnsafeMutablePointer<CChar>?
        let count = unsafe copenssl_bio_contents(file, &data)
        return unsafe Array(UnsafeRawBufferPointer(start: data, count: max(count, 0)))
    }

    /// What `read` makes of a memory file with `bytes`.
    // Safe: the file refers to `bytes`, which outlives it.
    static func parse<Result>(_ bytes: [UInt8], _ read: (OpaquePointer) -> Result) -> Result? {
        unsafe bytes.withUnsafeBytes { buffer -> Result? in
            let count = Int32(clamping: buffer.count)
            guard let file = unsafe BIO_new_mem_buf(buffer.baseAddress, count) else { return nil }
            defer { unsafe BIO_free_all(file) }
            return unsafe read(file)
        }
    }
}
