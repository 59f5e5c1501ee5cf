import Foundation
import ProcessSupport
import TestSupport

/// A file system of a few MiB in memory that a test can fill.
final class TinyDisk: Sendable {
    /// Where it is mounted.
    let path: String

    /// Mounts a new one at `path`, which is made.
    init(at path: String, megabytes: Int = 16) throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        let code = mount("nexors-test", path, "tmpfs", 0, "size=\(megabytes)m,mode=700")
        guard code == 0 else {
            throw EdgeFailure("cannot mount at \(path): errno \(errno)")
        }
        self.path = path
    }

    deinit {
        // Lazily: a program that is being killed may still hold a file.
        umount2(path, Int32(MNT_DETACH))
    }

    /// Whether this user may mount one; containers often forbid it even to root.
    static let prerequisite = Prerequisite(
        "mount",
        advice: "run as root where a tmpfs may be mounted"
    ) { isPermitted }

    private static let isPermitted: Bool = {
        let path = NSTemporaryDirectory() + "nexors-mount-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        return (try? TinyDisk(at: path, megabytes: 1)) != nil
    }()

    private var filler: String { "\(path)/filler" }

    /// Leaves no byte free.
    func fill() throws {
        let file = open(filler, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        guard file >= 0 else {
            throw EdgeFailure("cannot fill \(path): errno \(errno)")
        }
        defer { close(file) }
        for size in [1 << 16, 1 << 12, 1] {
            let bytes = [UInt8](repeating: 0, count: size)
            while write(file, bytes, size) > 0 {}
        }
    }

    /// Gives the space back.
    func empty() throws { try FileManager.default.removeItem(atPath: filler) }
}
