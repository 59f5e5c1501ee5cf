import Glibc

/// One line on the error output that says how far it is: on a terminal it is written over, elsewhere a new one comes
/// now and then.
struct SimulateProgress {
    private static let terminalInterval = Duration.milliseconds(200)
    private static let fileInterval = Duration.seconds(10)

    private let isShown: Bool
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private let seedCount: UInt64?
    private let begin = ContinuousClock.now
    private var last = ContinuousClock.now
    private var isLineOpen = false

    init(_ options: SimulateOptions) {
        isShown = !options.isSingle && !options.isTraced
        let span = options.seeds.upperBound - options.seeds.lowerBound
        seedCount = options.seeds.upperBound == .max ? nil : span + 1
    }

    /// Says how far it is, where the last time was long enough ago.
    mutating func show(_ totals: SimulateTotals) {
        let now = ContinuousClock.now
        let interval = isTerminal ? Self.terminalInterval : Self.fileInterval
        guard isShown, last.duration(to: now) >= interval else { return }
        last = now
        let seconds = begin.duration(to: now).components.seconds
        let share = seedCount.map { " of \($0), \(UInt64(totals.runCount) * 100 / $0) %" } ?? ""
        let line =
            "\(totals.runCount)\(share), \(totals.failedSeeds.count) failed, \(seconds) s, "
            + "\(totals.runCount / max(1, Int(seconds))) seeds/s"
        write(isTerminal ? "\r\u{1B}[K" + line : line + "\n")
        isLineOpen = isTerminal
    }

    /// Takes the line away, for other output.
    mutating func clear() {
        guard isLineOpen else { return }
        isLineOpen = false
        write("\r\u{1B}[K")
    }

    private func write(_ text: String) {
        let bytes = Array(text.utf8)
        _ = bytes.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
