import Foundation

/// The Swift files of the repository that this test was built from.
enum SourceTree {
    /// The folder with the package's manifest.
    static let root: URL = {
        var root = URL(fileURLWithPath: #filePath)
        while root.path != "/",
            !FileManager.default.fileExists(atPath: root.path + "/Package.swift")
        {
            root.deleteLastPathComponent()
        }
        return root
    }()

    static let files: [SourceFile] = {
        let folders = ["Shared", "Services", "Tests"].map { root.appendingPathComponent($0) }
        var files: [SourceFile] = []
        for folder in folders {
            let paths = FileManager.default.enumerator(atPath: folder.path)
            while let path = paths?.nextObject() as? String {
                guard path.hasSuffix(".swift"),
                    let text = try? String(
                        contentsOfFile: folder.path + "/" + path,
                        encoding: .utf8
                    )
                else { continue }
                files.append(SourceFile(path: folder.lastPathComponent + "/" + path, text: text))
            }
        }
        return files.sorted { $0.path < $1.path }
    }()
}
