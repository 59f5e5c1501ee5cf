internal import Foundation
internal import Glibc

/// How often a second this disk makes an append durable: what a store that syncs each commit alone can reach.
enum DiskSyncRate {
    /// The size of an append, bytes: a page, the least that a commit writes.
    static let appendByteCount = 4096
    /// File systems in memory: there a sync does nothing.
    private static let memoryFileSystems: Set<String> = ["tmpfs", "ramfs"]

    /// Appends a page and syncs it, again and again for `seconds`, in a new file of `folder`.
    ///
    /// - Throws: Where the folder is in memory or cannot be written.
    static func measure(in folder: String, seconds: Double) throws -> Double {
        let mounts = (try? String(contentsOfFile: "/proc/self/mounts", encoding: .utf8)) ?? ""
        let resolved = URL(fileURLWithPath: folder).resolvingSymlinksInPath().path
        if let system = fileSystem(of: resolved, in: mounts), memoryFileSystems.contains(system) {
            throw BenchmarkError(
                "\(folder) is in memory, where nothing is durable: name a folder on a disk with --scratch"
            )
        }
        let path = "\(folder)/sync-rate"
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw BenchmarkError("\(path) cannot be written") }
        defer {
            close(descriptor)
            unlink(path)
        }
        let page = [UInt8](repeating: 0x5A, count: appendByteCount)
        let clock = ContinuousClock()
        let start = clock.now
        var count = 0
        while true {
            guard write(descriptor, page, page.count) == page.count, fdatasync(descriptor) == 0
            else { throw BenchmarkError("\(path) cannot be written") }
            count += 1
            let elapsed = start.duration(to: clock.now) / .seconds(1)
            if elapsed >= seconds { return Double(count) / elapsed }
        }
    }

    /// The type of the file system that `path` lies in.
    ///
    /// - Parameter mounts: /proc/self/mounts, proc(5): device, mount point and type of each.
    static func fileSystem(of path: String, in mounts: String) -> String? {
        var found: (point: Substring, type: Substring)?
        for line in mounts.split(separator: "\n") {
            let fields = line.split(separator: " ")
            guard fields.count > 2 else { continue }
            let point = fields[1]
            guard path == point || path.hasPrefix(point == "/" ? "/" : "\(point)/") else {
                continue
            }
            // The longest is the innermost; of equal ones the last covers those before.
            if point.count >= found?.point.count ?? 0 { found = (point, fields[2]) }
        }
        return found.map { String($0.type) }
    }
}
