internal import Glibc

/// Why a socket, a listener or a name could not be used.
package struct SocketError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What the caller may do about it.
    package enum Code: UInt16, Sendable {
        /// Another process listens on the port: choose another, or stop that process.
        case addressInUse = 1
        /// The address is not one, or not of this machine: correct the configuration.
        case addressInvalid = 2
        /// Nobody listens there: retry with backoff.
        case refused = 3
        /// No answer in time: retry with backoff.
        case timedOut = 4
        /// No route: retry with backoff.
        case unreachable = 5
        /// The name does not resolve: correct the configuration, or retry with backoff.
        case nameUnknown = 6
        /// The process or the machine is out of file descriptors or memory: shed load.
        case descriptorsExhausted = 7
        /// The system forbids it: correct the configuration.
        case permissionDenied = 8
        /// The caller took the request back.
        case cancelled = 9
        /// Anything else; the message names it.
        case other = 10
    }

    /// What the caller may do about it.
    package let code: Code
    /// One sentence for an operator.
    package let message: String

    /// An error of our own making.
    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The error that the system reports as `errno` for what was being done, given as "connect to X".
    package init(errno number: Int32, doing: String) {
        let code = Self.code(number)
        self.code = code
        let reason = Self.text(number)
        message =
            switch code {
            case .descriptorsExhausted:
                "cannot \(doing): \(reason); raise the limit of open files (ulimit -n)"
            case .permissionDenied:
                "cannot \(doing): \(reason); ports below 1024 need the right to bind them"
            default:
                "cannot \(doing): \(reason)"
            }
    }

    package var description: String { message }

    private static func code(_ number: Int32) -> Code {
        switch number {
        case EADDRINUSE: .addressInUse
        case EADDRNOTAVAIL, EAFNOSUPPORT, EINVAL: .addressInvalid
        case ECONNREFUSED, ECONNRESET: .refused
        case ETIMEDOUT: .timedOut
        case EHOSTUNREACH, ENETUNREACH, ENETDOWN: .unreachable
        case EMFILE, ENFILE, ENOMEM, ENOBUFS, ENOSPC: .descriptorsExhausted
        case EACCES, EPERM: .permissionDenied
        default: .other
        }
    }

    /// The system's text for `number`, by the call that is safe on several threads.
    private static func text(_ number: Int32) -> String {
        unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 128) { buffer in
            guard let base = buffer.baseAddress,
                unsafe strerror_r(number, base, buffer.count) == 0
            else { return "error \(number)" }
            // Safe: strerror_r ended the text with a zero within the buffer.
            return unsafe String(cString: base)
        }
    }
}
