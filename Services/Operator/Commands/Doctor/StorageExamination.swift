internal import Foundation
internal import Glibc
internal import Model
internal import Storage
internal import StorageSQLite
internal import Timekeeping

/// The disk: space, what a sync costs, and whether the stores are whole.
enum StorageExamination {
    private static let area = "storage"
    /// Below this the programs will stop within hours, bytes.
    private static let spaceMin = 200 << 20
    /// Below this somebody should look, bytes.
    private static let spaceWarning = 2 << 30
    /// A commit waits for one sync; above this bookings feel it.
    private static let syncWarning = Duration.milliseconds(20)
    private static let syncCount = 20

    static func findings(_ installation: Installation, time: any TimeSource) async -> [Finding] {
        var findings = [space(installation), sync(installation, time)]
        for service in ServiceName.allCases {
            findings.append(integrity(service, installation.store(service)))
        }
        return findings
    }

    private static func space(_ installation: Installation) -> Finding {
        var system = statvfs()
        guard statvfs(installation.root, &system) == 0 else {
            return .warning(
                area,
                "space",
                "cannot be measured",
                advice: "See `df \(installation.root)`."
            )
        }
        let free = Int(clamping: system.f_bavail) * Int(clamping: system.f_frsize)
        let text = "\(free >> 20) MiB are free in \(installation.root)"
        let advice = "Make room, or move the folder to a larger disk and name it with --data DIR."
        if free < spaceMin { return .problem(area, "space", text, advice: advice) }
        if free < spaceWarning { return .warning(area, "space", text, advice: advice) }
        return .ok(area, "space", text)
    }

    /// The median time of writing a page and syncing it, in the folder of the stores.
    private static func sync(_ installation: Installation, _ time: any TimeSource) -> Finding {
        let path = "\(installation.root)/stores/doctor-\(getpid()).tmp"
        let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else {
            return .problem(
                area,
                "sync",
                "\(path) cannot be written: \(String(cString: strerror(errno)))",
                advice: "Correct the folder's rights, or make room on the disk."
            )
        }
        defer {
            close(file)
            unlink(path)
        }
        let page = [UInt8](repeating: 0x5A, count: 4096)
        var durations: [Duration] = []
        for _ in 0..<syncCount {
            let start = time.now
            guard write(file, page, page.count) == page.count, fdatasync(file) == 0 else {
                return .problem(
                    area,
                    "sync",
                    "a page cannot be written: \(String(cString: strerror(errno)))",
                    advice: "Make room on the disk, or replace it."
                )
            }
            durations.append(start.duration(to: time.now))
        }
        let median = durations.sorted()[syncCount / 2]
        let text =
            "a page is safe after \(Figures.decimal(Double(median.wholeMicroseconds) / 1000, 2)) ms"
        guard median <= syncWarning else {
            return .warning(
                area,
                "sync",
                text,
                advice: "Every commit waits that long: use a local solid-state disk."
            )
        }
        return .ok(area, "sync", text)
    }

    /// Every page and index of the file; a reader beside the running program disturbs nobody.
    private static func integrity(_ service: ServiceName, _ path: String) -> Finding {
        guard FileManager.default.fileExists(atPath: path) else {
            return .ok(area, service.text, "has no store yet")
        }
        do throws(StorageError) {
            let reader = try SQLiteEngine.reader(SQLiteOptions(path: path))
            defer { reader.close() }
            try reader.check()
            return .ok(area, service.text, "the store is whole, \(byteCount(path) >> 10) KiB")
        } catch {
            return .problem(
                area,
                service.text,
                "\(path): \(error.message)",
                advice:
                    "Stop the programs, keep a copy of the file, and restore it from the last backup."
            )
        }
    }

    /// What a store takes on the disk: the file, and the log beside it, which holds the newest commits.
    static func byteCount(_ path: String) -> Int {
        [path, "\(path)-wal"].reduce(0) { sum, file in
            let attributes = try? FileManager.default.attributesOfItem(atPath: file)
            return sum + ((attributes?[.size] as? Int) ?? 0)
        }
    }
}
