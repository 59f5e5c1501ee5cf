import Crypto
import Foundation
import TestSupport

/// The published vectors of one file, held to the digests that were committed with them.
///
/// A vector is a promise to peers that are not ours, so `vectors.json` is append-only. `vectors.lock` beside it has a
/// line for each vector: its digest and its name. New vectors get their lines by a run of the tests with
/// `NEXORS_LOCK_VECTORS=1`, which never changes a line that is there.
struct VectorLock: Sendable, CustomStringConvertible {
    static let all = [VectorLock(module: "WireFormat"), VectorLock(module: "Messages")]

    /// The folder in `Shared`.
    let module: String

    var description: String { module }

    static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// The lock's path within the repository.
    var path: String { "Shared/\(module)/vectors.lock" }

    private var folder: URL { Self.root.appending(path: "Shared/\(module)") }

    /// The lines that are committed or about to be.
    func lines() throws -> [String] {
        let url = folder.appending(path: "vectors.lock")
        guard FileManager.default.fileExists(atPath: url.path) else { return [] }
        return try String(contentsOf: url, encoding: .utf8).split(separator: "\n").map(String.init)
    }

    /// Adds lines to the lock.
    func append(_ new: [String]) throws {
        let text = (try lines() + new).joined(separator: "\n") + "\n"
        let url = folder.appending(path: "vectors.lock")
        try text.write(to: url, atomically: true, encoding: .utf8)
    }

    /// The lines that the vectors would get now, in their order.
    func currentLines() throws -> [String] {
        let data = try Data(contentsOf: folder.appending(path: "vectors.json"))
        return try Self.lines(of: try JSONSerialization.jsonObject(with: data))
    }

    /// One line for each vector of a document: a list of messages, or prefaces, frames and sessions by kind.
    static func lines(of document: Any) throws -> [String] {
        if let messages = document as? [[String: Any]] {
            return try messages.map { vector in
                try line("\(text(vector["message"])), \(text(vector["case"]))", vector)
            }
        }
        var lines: [String] = []
        let kinds = document as? [String: Any] ?? [:]
        for kind in kinds.keys.sorted() where kind != "about" {
            let parts = kinds[kind] as? [String: [[String: Any]]] ?? [:]
            for part in parts.keys.sorted() {
                lines += try (parts[part] ?? []).map {
                    try line("\(kind), \(part): \(text($0["name"]))", $0)
                }
            }
            lines += try (kinds[kind] as? [[String: Any]] ?? []).map {
                try line("\(kind), \(text($0["receiver"])): \(text($0["name"]))", $0)
            }
        }
        return lines
    }

    private static func text(_ value: Any?) -> String { value as? String ?? "?" }

    /// SHA-256 of the vector with its keys in order and no white space, so that only layout may change; its first half.
    private static func line(_ name: String, _ vector: [String: Any]) throws -> String {
        let data = try JSONSerialization.data(
            withJSONObject: vector,
            options: [.sortedKeys, .withoutEscapingSlashes]
        )
        return "\(Hex.encode(Array(SHA256Digest.of(Array(data)).bytes.prefix(16)))) \(name)"
    }

    // MARK: - History

    /// Every line that any commit in reach had; `nil` where there is no history, as in an unpacked archive.
    func publishedLines() -> Set<String>? {
        guard let commits = Self.git(["log", "--format=%H", "--", path]) else { return nil }
        var lines: Set<String> = []
        for commit in commits.split(separator: "\n") {
            // A commit that removed the file shows nothing.
            let text = Self.git(["show", "\(commit):\(path)"]) ?? ""
            lines.formUnion(text.split(separator: "\n").map(String.init))
        }
        return lines
    }

    private static func git(_ arguments: [String]) -> String? {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["git", "-C", root.path] + arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return nil }
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return process.terminationStatus == 0 ? String(decoding: data, as: UTF8.self) : nil
    }
}
