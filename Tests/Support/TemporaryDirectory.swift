public import Foundation

/// A folder of its own for one test, removed with everything in it when the value goes; at the latest when the test
/// process ends, however it ends.
public final class TemporaryDirectory: Sendable {
    /// Where it is.
    public let url: URL

    /// Makes a folder whose name starts with `prefix`.
    ///
    /// - Throws: What the file system says.
    public init(prefix: String = "folder") throws {
        url = URL(fileURLWithPath: try TestGuardian.shared.get().root, isDirectory: true)
            .appendingPathComponent("\(prefix)-\(UUID().uuidString)", isDirectory: true)
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit {
        // What a program of the test still writes may stay until the test process ends.
        try? FileManager.default.removeItem(at: url)
    }

    /// The absolute path of the folder.
    public var path: String { url.path }

    /// The absolute path of `name` in it.
    public func path(of name: String) -> String {
        url.appendingPathComponent(name).path
    }

    /// Writes `text` to `name` and returns its path.
    @discardableResult
    public func write(_ text: String, to name: String) throws -> String {
        let file = url.appendingPathComponent(name)
        try Data(text.utf8).write(to: file)
        return file.path
    }
}
