internal import Glibc
internal import Synchronization

/// The terminal: lines that stay, and one line that moves.
///
/// The moving line goes to standard error, and only where that is a terminal: results on standard output can be
/// piped, and a log of a build does not fill with progress.
package final class Console: Sendable {
    private struct State {
        /// How many columns of the moving line are on the screen; 0 for none.
        var movingCount = 0
    }

    /// The widest moving line; longer ones would wrap and leave rests behind.
    package static let movingCountMax = 110

    /// Whether a line can move.
    package let isTerminal: Bool
    private let state = Mutex(State())

    /// The console of this process.
    package init(isTerminal: Bool = isatty(STDERR_FILENO) == 1) {
        self.isTerminal = isTerminal
    }

    /// Prints a result.
    package func say(_ line: String) {
        state.withLock { state in
            Self.clear(&state)
            Self.write(line + "\n", to: STDOUT_FILENO)
        }
    }

    /// Prints what is not a result: progress that stays, warnings, errors.
    package func note(_ line: String) {
        state.withLock { state in
            Self.clear(&state)
            Self.write(line + "\n", to: STDERR_FILENO)
        }
    }

    /// Shows `line` in place of the last moving one.
    package func show(_ line: String) {
        guard isTerminal else { return }
        state.withLock { state in
            let text = String(line.prefix(Self.movingCountMax))
            let rest = String(repeating: " ", count: max(0, state.movingCount - text.count))
            Self.write("\r\(text)\(rest)", to: STDERR_FILENO)
            state.movingCount = text.count
        }
    }

    /// Takes the moving line away.
    package func endShow() {
        state.withLock { Self.clear(&$0) }
    }

    private static func clear(_ state: inout State) {
        guard state.movingCount > 0 else { return }
        write("\r" + String(repeating: " ", count: state.movingCount) + "\r", to: STDERR_FILENO)
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
