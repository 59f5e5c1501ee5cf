/// How much a log line matters, least first.
package enum LogLevel: String, Comparable, CaseIterable, Sendable {
    /// Every step; for a developer's machine, not affordable in production.
    case trace
    /// What explains a request; affordable in production.
    case debug
    /// What an operator wants to know on a good day.
    case info
    /// Degraded, handled, worth a look.
    case warning
    /// Something that was asked for did not happen.
    case error

    /// Whether `left` matters less than `right`.
    package static func < (left: LogLevel, right: LogLevel) -> Bool { left.rank < right.rank }

    /// The place in `allCases`.
    var rank: UInt8 {
        switch self {
        case .trace: 0
        case .debug: 1
        case .info: 2
        case .warning: 3
        case .error: 4
        }
    }
}
