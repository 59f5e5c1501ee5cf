import Glibc

/// Saves the input at hand when the process traps, since a trap cannot be caught.
///
/// Plain memory and `write` only: nothing else is allowed in a signal handler.
enum CrashReport {
    // Safe: written by the only thread before each run, read by its own signal handler.
    nonisolated(unsafe) private static var input: UnsafeMutablePointer<UInt8> =
        .allocate(capacity: Mutator.maximumByteCount)
    nonisolated(unsafe) private static var byteCount = 0
    nonisolated(unsafe) private static var line: UnsafeMutablePointer<CChar>? = nil

    /// Where the input of a crash is put, in the current folder.
    static let fileName = "fuzz-crash"

    /// Installs the handler.
    static func install() {
        for number in [SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGFPE, SIGABRT] {
            signal(number) { _ in
                let file = open(CrashReport.fileName, O_CREAT | O_TRUNC | O_WRONLY, 0o644)
                _ = write(file, CrashReport.input, CrashReport.byteCount)
                if let line = CrashReport.line { _ = write(2, line, strlen(line)) }
                _exit(1)
            }
        }
    }

    /// Notes what runs next.
    static func note(_ bytes: [UInt8], target: String, seed: UInt64, index: UInt64) {
        byteCount = min(bytes.count, Mutator.maximumByteCount)
        for offset in 0..<byteCount { input[offset] = bytes[offset] }
        guard index.isMultiple(of: 1_000) else { return }
        free(line)
        line = strdup(
            "\ntrap in \(target), seed \(seed), between iterations \(index) and \(index + 999); "
                + "the input is in ./\(fileName)\n"
        )
    }
}
