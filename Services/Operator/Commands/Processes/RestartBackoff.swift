/// How long to wait before a program that ended is started again.
///
/// 0.5 s after the first end, twice as long after each further one, at most 30 s; a program that lived for a minute
/// starts over. Fast enough that a killed program is back before a person notices, slow enough that one that cannot
/// start does not fill its log.
package struct RestartBackoff: Hashable, Sendable {
    /// The first wait.
    package static let first = Duration.milliseconds(500)
    /// The longest wait.
    package static let longest = Duration.seconds(30)
    /// A program that lived this long counts as healthy.
    package static let healthyLife = Duration.seconds(60)

    private var next = RestartBackoff.first

    /// Before the first end.
    package init() {}

    /// The wait after a life of `lived`.
    package mutating func wait(after lived: Duration) -> Duration {
        if lived >= Self.healthyLife { next = Self.first }
        defer { next = min(next * 2, Self.longest) }
        return next
    }
}
