internal import Glibc

/// Bounds the logs of programs that write on meanwhile.
///
/// A log that has grown large is copied to `NAME.log.1`, the ones before move up, and the file is emptied. The
/// program keeps it open and knows nothing of this: it appends, so it goes on at the new end. What it writes between
/// our last look at the file's end and the emptying is lost, some microseconds of lines in 16 MiB. A pipe through us
/// would lose none of those, but everything from the moment where `nexors` itself is killed.
package enum LogRotation {
    /// How large a log may grow, bytes; it is looked at every `interval` only, so what comes within comes on top.
    package static let byteCountMax = 16 << 20
    /// How many former logs are kept beside it.
    package static let keptCount = 3
    /// How often logs are looked at.
    package static let interval = Duration.seconds(5)

    /// Rotates the log at `path` where it has `limit` bytes or more. Blocks for as long as copying takes.
    ///
    /// - Throws: What could not be done; the log then stays as it is and grows on.
    package static func rotate(
        _ path: String,
        atBytes limit: Int = byteCountMax,
        keeping count: Int = keptCount
    ) throws(OperatorError) {
        let log = open(path, O_RDWR | O_CLOEXEC)
        // One that is not there yet has no length.
        guard log >= 0 else { return }
        defer { close(log) }
        var facts = stat()
        guard fstat(log, &facts) == 0, facts.st_size >= limit else { return }
        let copy = "\(path).new"
        let target = open(copy, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard target >= 0 else { throw failure(copy) }
        let isCopied = copyAll(from: log, to: target)
        let reason = errno
        close(target)
        guard isCopied, ftruncate(log, 0) == 0 else {
            unlink(copy)
            errno = isCopied ? errno : reason
            throw failure(copy)
        }
        for number in stride(from: count - 1, to: 0, by: -1) {
            rename("\(path).\(number)", "\(path).\(number + 1)")
        }
        rename(copy, "\(path).1")
    }

    /// Copies until there is nothing behind what was copied: the program may be writing.
    private static func copyAll(from source: Int32, to target: Int32) -> Bool {
        var chunk = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = read(source, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return count == 0 }
            var written = 0
            while written < count {
                let step = chunk[written..<count].withUnsafeBytes {
                    write(target, $0.baseAddress, $0.count)
                }
                if step < 0, errno == EINTR { continue }
                guard step > 0 else { return false }
                written += step
            }
        }
    }

    private static func failure(_ path: String) -> OperatorError {
        OperatorError(
            "A log cannot be rotated to \(path): \(String(cString: strerror(errno))).",
            advice: "It grows until that can be done: see that there is space."
        )
    }
}
