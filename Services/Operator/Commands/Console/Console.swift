internal import Glibc
internal import Synchronization
package import Timekeeping

/// The terminal: lines that stay, and one line that moves.
///
/// The moving line goes to standard error; results on standard output can be piped. Where that is no terminal it cannot
/// move: then a line stays now and then, so that whoever reads a log sees that it goes on, and the log does not fill.
package final class Console: Sendable {
    private struct State {
        /// How many columns of the moving line are on the screen; 0 for none.
        var movingCount = 0
        /// Before this moment a log gets no further line of progress.
        var nextLoggedAt: Instant?
    }

    /// The widest moving line; longer ones would wrap and leave rests behind.
    package static let movingCountMax = 110

    /// Between two lines of progress in a log.
    private static let logInterval = Duration.seconds(10)

    /// Whether a line can move.
    package let isTerminal: Bool
    private let time: any TimeSource
    private let output: Int32
    private let errors: Int32
    private let state = Mutex(State())

    /// A console, this process's unless said otherwise.
    ///
    /// - Parameters:
    ///   - output: The descriptor of results.
    ///   - errors: The descriptor of everything else.
    package init(
        isTerminal: Bool = isatty(STDERR_FILENO) == 1,
        time: any TimeSource = SystemTimeSource(),
        output: Int32 = STDOUT_FILENO,
        errors: Int32 = STDERR_FILENO
    ) {
        self.isTerminal = isTerminal
        self.time = time
        self.output = output
        self.errors = errors
    }

    /// Prints a result.
    package func say(_ line: String) {
        state.withLock { state in
            clear(&state)
            Self.write(line + "\n", to: output)
        }
    }

    /// Prints what is not a result: progress that stays, warnings, errors.
    package func note(_ line: String) {
        state.withLock { state in
            clear(&state)
            Self.write(line + "\n", to: errors)
        }
    }

    /// Shows `line` in place of the last moving one.
    package func show(_ line: String) {
        state.withLock { state in
            guard isTerminal else {
                let now = time.now
                // The first is not due at once: what is over within the interval needs no progress.
                let due = state.nextLoggedAt ?? now.advanced(by: Self.logInterval)
                state.nextLoggedAt = now < due ? due : now.advanced(by: Self.logInterval)
                if now >= due { Self.write(line + "\n", to: errors) }
                return
            }
            let text = String(line.prefix(Self.movingCountMax))
            let rest = String(repeating: " ", count: max(0, state.movingCount - text.count))
            Self.write("\r\(text)\(rest)", to: errors)
            state.movingCount = text.count
        }
    }

    /// Takes the moving line away.
    package func endShow() {
        state.withLock { clear(&$0) }
    }

    private func clear(_ state: inout State) {
        guard state.movingCount > 0 else { return }
        Self.write("\r" + String(repeating: " ", count: state.movingCount) + "\r", to: errors)
        state.movingCount = 0
    }

    private static func write(_ text: String, to descriptor: Int32) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            // Nobody reads any more: there is nobody left to tell.
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}
