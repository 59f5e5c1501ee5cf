internal import COpenSSL
internal import Glibc

/// Why certificates or keys cannot be used; the message names the file and what to do.
package struct TLSContextError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A file of a context.
    package enum File: Sendable {
        /// The certificate chain shown.
        case certificate
        /// The private key, or that it is another certificate's.
        case privateKey
        /// The authorities trusted.
        case authority
    }

    /// The file that is at fault; `nil` where OpenSSL fails by itself.
    package let file: File?
    /// One sentence for an operator.
    package let message: String

    package var description: String { message }

    /// What OpenSSL last reported on this thread, as a failure to do `doing` with `file`.
    init(_ doing: String, _ file: File? = nil) {
        self.file = file
        let first = ERR_peek_error()
        let number = ERR_peek_last_error()
        ERR_clear_error()
        // A file that is not there: the system's reason comes first, and last only that there was one.
        if first & Self.systemFlag != 0 {
            message =
                "cannot \(doing): \(Self.systemText(Int32(truncatingIfNeeded: first & 0x7FFF_FFFF)))"
            return
        }
        // Safe: the text is OpenSSL's own, for the life of the process.
        let reason = unsafe ERR_reason_error_string(number).map { unsafe String(cString: $0) }
        message = "cannot \(doing): \(reason ?? "OpenSSL gives no reason")"
    }

    /// Marks an error whose other bits are an `errno` (`ERR_SYSTEM_FLAG`, a macro that is not imported).
    private static let systemFlag: UInt = 0x8000_0000

    private static func systemText(_ number: Int32) -> String {
        unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 128) { buffer in
            guard let base = buffer.baseAddress,
                unsafe strerror_r(number, base, buffer.count) == 0
            else { return "error \(number)" }
            // Safe: strerror_r ended the text with a zero within the buffer.
            return unsafe String(cString: base)
        }
    }
}
