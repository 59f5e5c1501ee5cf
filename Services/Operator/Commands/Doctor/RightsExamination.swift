internal import Foundation
internal import Glibc

/// Who may read keys and secrets: their owner alone.
enum RightsExamination {
    private static let area = "rights"

    static func findings(_ installation: Installation) -> [Finding] {
        let folder = installation.keysDirectory
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
            return [
                .problem(
                    area,
                    folder,
                    "cannot be read",
                    advice: "`nexors up` makes it on its first run; else run this as its owner."
                )
            ]
        }
        let paths = [folder] + names.sorted().map { "\(folder)/\($0)" }
        let wrong = paths.compactMap(finding)
        guard wrong.isEmpty else { return wrong }
        return [.ok(area, folder, "\(names.count) files, for their owner alone")]
    }

    private static func finding(_ path: String) -> Finding? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        let isFolder = status.st_mode & S_IFMT == S_IFDIR
        if status.st_uid != getuid() {
            return .problem(
                area,
                path,
                "belongs to another user",
                advice: "chown $(id -u) \(path)"
            )
        }
        guard status.st_mode & 0o077 == 0 else {
            return .problem(
                area,
                path,
                "others may use it (mode \(String(status.st_mode & 0o777, radix: 8)))",
                advice: "chmod \(isFolder ? "700" : "600") \(path)"
            )
        }
        return nil
    }
}
