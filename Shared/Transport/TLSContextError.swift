internal import COpenSSL

/// Why certificates or keys cannot be used; the message names the file and what to do.
package struct TLSContextError: Error, Hashable, Sendable, CustomStringConvertible {
    /// One sentence for an operator.
    package let message: String

    package var description: String { message }

    /// What OpenSSL last reported on this thread, as a failure to do `doing`.
    init(_ doing: String) {
        let number = ERR_peek_last_error()
        ERR_clear_error()
        // Safe: the text is OpenSSL's own, for the life of the process.
        let reason = unsafe ERR_reason_error_string(number).map { unsafe String(cString: $0) }
        message = "cannot \(doing): \(reason ?? "OpenSSL gives no reason")"
    }
}
