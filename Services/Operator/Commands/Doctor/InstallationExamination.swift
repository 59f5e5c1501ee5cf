internal import Foundation

/// The installation itself: whether its folder is there, and what it has settled.
enum InstallationExamination {
    private static let area = "installation"

    /// Whether there is anything to examine.
    static func isThere(_ installation: Installation) -> Bool {
        FileManager.default.fileExists(atPath: installation.keysDirectory)
    }

    static func finding(_ installation: Installation) -> Finding {
        for folder in [installation.root, installation.keysDirectory] {
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder) else {
                return .problem(
                    area,
                    installation.root,
                    folder == installation.root
                        ? "there is no such folder" : "holds no installation: it has no keys",
                    advice: "`nexors up` makes one on its first run; name another with --data DIR."
                )
            }
            guard isFolder.boolValue else {
                return .problem(
                    area,
                    folder,
                    "is no folder",
                    advice: "Name the installation's folder with --data DIR."
                )
            }
        }
        do throws(OperatorError) {
            guard try installation.settings() != nil else {
                return .warning(
                    area,
                    installation.root,
                    "has no settings yet; the usual ports are examined",
                    advice: "`nexors up` settles the ports."
                )
            }
            return .ok(area, installation.root, "has keys and settings")
        } catch {
            return .problem(area, installation.root, error.message, advice: error.advice)
        }
    }
}
