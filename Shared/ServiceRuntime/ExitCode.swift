/// What a program tells whoever started it.
package enum ExitCode: Int32, CaseIterable, Sendable {
    /// Asked to stop, and everything ended in time.
    case ok = 0
    /// A part could not start or could not go on.
    case fault = 1
    /// The command line is wrong; nothing was started.
    case usage = 2
    /// Asked to stop, but a part did not end in time and was left behind.
    case drainExpired = 3
    /// The configuration is wrong; starting again will not help (`EX_CONFIG` of sysexits).
    case badConfiguration = 78

    /// What it means, as the help shows it.
    var meaning: String {
        switch self {
        case .ok: "asked to stop, and everything ended in time"
        case .fault: "a part could not start or could not go on; the log names it"
        case .usage: "the command line is wrong"
        case .drainExpired: "asked to stop, but a part did not end within NEXORS_DRAIN_TIME"
        case .badConfiguration: "the configuration is wrong; starting again will not help"
        }
    }
}
