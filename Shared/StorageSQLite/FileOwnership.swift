internal import Glibc
internal import Storage
internal import Synchronization

/// The right to be the one process that uses a database file: a lock on a file beside it.
///
/// SQLite itself would let two services write in turn, each with its own idea of what it holds in memory.
final class FileOwnership: Sendable {
    private let descriptor: Mutex<Int32?>

    /// - Throws: `.unavailable` where another process holds it, with that process's number.
    // Safe: the path ends with a zero, and the system reads as many bytes of the text as it is told.
    init(of path: String) throws(StorageError) {
        let lockPath = "\(path).owner"
        let opened = unsafe open(lockPath, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard opened >= 0 else {
            throw StorageError(
                .unavailable,
                "\(lockPath): cannot be opened or made (errno \(errno)): its folder must exist and belong to "
                    + "the service's user"
            )
        }
        guard flock(opened, LOCK_EX | LOCK_NB) == 0 else {
            let owner = Self.readOwner(opened)
            Glibc.close(opened)
            throw StorageError(
                .unavailable,
                "\(path) is in use by process \(owner): stop it, or give this service another file"
            )
        }
        let text = Array("\(getpid())\n".utf8)
        // Only for the message of whoever is refused.
        _ = ftruncate(opened, 0)
        _ = unsafe pwrite(opened, text, text.count, 0)
        descriptor = Mutex(opened)
    }

    deinit {
        release()
    }

    /// Lets the file go.
    func release() {
        let held = descriptor.withLock { held in
            defer { held = nil }
            return held
        }
        guard let held else { return }
        // Not by closing alone: a child process that was just forked has the descriptor too until its exec, and the
        // lock would stay as long.
        _ = flock(held, LOCK_UN)
        Glibc.close(held)
    }

    // Safe: the system writes at most as many bytes as the array has.
    private static func readOwner(_ descriptor: Int32) -> String {
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = unsafe pread(descriptor, &bytes, bytes.count, 0)
        let digits = bytes.prefix(max(0, count)).filter { (0x30...0x39).contains($0) }
        return digits.isEmpty ? "unknown" : String(decoding: digits, as: UTF8.self)
    }
}
