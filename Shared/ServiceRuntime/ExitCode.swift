/// What a program tells whoever started it.
package enum ExitCode: Int32, Sendable {
    /// Asked to stop, and everything ended in time.
    case ok = 0
    /// A part could not start or could not go on.
    case fault = 1
    /// Asked to stop, but a part did not end in time and was left behind.
    case drainExpired = 2
    /// The configuration is wrong; starting again will not help (`EX_CONFIG` of sysexits).
    case badConfiguration = 78
}
