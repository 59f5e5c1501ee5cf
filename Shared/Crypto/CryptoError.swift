internal import COpenSSL

/// Why a key, a certificate or a token could not be used.
package struct CryptoError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What the caller may do about it; raw values are fixed.
    package enum Code: UInt16, Sendable {
        /// The bytes are not what they should be: a malformed key, certificate, token or text.
        case malformed = 1
        /// The token names a key that is not in the set: reload the keys, else refuse the caller.
        case unknownKey = 2
        /// The signature does not belong to the bytes: refuse the caller.
        case badSignature = 3
        /// A file cannot be read or written: correct its path or rights.
        case file = 4
        /// Larger than the limit.
        case tooLarge = 5
        /// The library failed in a way it should not.
        case library = 6
    }

    /// What the caller may do about it.
    package let code: Code
    /// One sentence for an operator; never holds key material.
    package let message: String

    /// An error in words.
    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }

    /// What OpenSSL last reported on this thread, as a failure to do `doing`.
    // Safe: the text is OpenSSL's own, for the life of the process.
    static func library(_ doing: String, code: Code = .library) -> CryptoError {
        let number = ERR_get_error()
        ERR_clear_error()
        let reason = unsafe ERR_reason_error_string(number).map { unsafe String(cString: $0) }
        return CryptoError(code, "cannot \(doing): \(reason ?? "OpenSSL gives no reason")")
    }
}
