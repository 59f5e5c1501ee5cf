internal import Glibc

/// Small files with keys and certificates.
package enum SecretFile {
    /// The largest file that is read, in bytes: a few dozen certificates or keys.
    package static let byteCountMax = 256 * 1024

    /// What tells a changed file from an unchanged one without reading it.
    package struct Stamp: Hashable, Sendable {
        let device: UInt
        let inode: UInt
        let size: Int
        let seconds: Int
        let nanoseconds: Int
    }

    /// The stamp of the file at `path`; `nil` where there is none.
    // Safe: the path ends with a zero, and the structure is as large as the call takes it to be.
    package static func stamp(of path: String) -> Stamp? {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return nil }
        return Stamp(
            device: status.st_dev,
            inode: status.st_ino,
            size: status.st_size,
            seconds: status.st_mtim.tv_sec,
            nanoseconds: status.st_mtim.tv_nsec
        )
    }

    /// The file's bytes.
    ///
    /// - Throws: `.file` with the path, `.tooLarge` above `byteCountMax`.
    package static func read(_ path: String) throws(CryptoError) -> [UInt8] {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("read", path) }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: byteCountMax + 1)
        var filled = 0
        while filled < bytes.count {
            // Safe: reads into what is left of the array.
            let count = unsafe bytes.withUnsafeMutableBytes { buffer in
                unsafe Glibc.read(
                    descriptor,
                    buffer.baseAddress.map { unsafe $0 + filled },
                    buffer.count - filled
                )
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure("read", path) }
            if count == 0 { return Array(bytes.prefix(filled)) }
            filled += count
        }
        throw CryptoError(.tooLarge, "\(path) has more than \(byteCountMax) bytes")
    }

    /// Writes `bytes` to `path` so that a reader sees the old file or the new one, and nobody else may read
    /// either: mode 0600, synced, renamed into place.
    ///
    /// - Throws: `.file` with the path.
    // Safe: both paths end with a zero; no pointer outlives its call.
    package static func write(_ bytes: [UInt8], to path: String) throws(CryptoError) {
        let temporary = "\(path).\(Hex.encode(SecureRandom.bytes(6))).new"
        let descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure("write", path) }
        var isWritten = writeAll(bytes, to: descriptor) && fsync(descriptor) == 0
        close(descriptor)
        isWritten = unsafe isWritten && rename(temporary, path) == 0
        guard isWritten else {
            let error = failure("write", path)
            unsafe unlink(temporary)
            throw error
        }
    }

    private static func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        var written = 0
        while written < bytes.count {
            // Safe: writes what is left of the array.
            let count = unsafe bytes.withUnsafeBytes { buffer in
                unsafe Glibc.write(
                    descriptor,
                    buffer.baseAddress.map { unsafe $0 + written },
                    buffer.count - written
                )
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            written += count
        }
        return true
    }

    private static func failure(_ doing: String, _ path: String) -> CryptoError {
        let code = errno
        // Safe: strerror_r ends the text with a zero within the buffer.
        let reason = unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 128) { buffer in
            guard let base = buffer.baseAddress, unsafe strerror_r(code, base, buffer.count) == 0
            else { return "error \(code)" }
            return unsafe String(cString: base)
        }
        return CryptoError(.file, "cannot \(doing) \(path): \(reason)")
    }
}
