import Foundation
import TestSupport

/// Where the inputs come from: the golden vectors, and inputs that once failed.
enum Corpus {
    private struct File: Decodable {
        struct Group: Decodable {
            struct Vector: Decodable {
                let hex: String
            }
            let accepted: [Vector]
            let refused: [Vector]
        }
        let frames: Group
    }

    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()

    /// Every accepted and refused frame of `Shared/WireFormat/vectors.json`, up to 1 KiB each.
    static func frames() throws -> [[UInt8]] {
        let file = folder.appending(path: "../../Shared/WireFormat/vectors.json")
        let vectors = try JSONDecoder().decode(File.self, from: Data(contentsOf: file)).frames
        return (vectors.accepted + vectors.refused)
            .compactMap { Hex.decode($0.hex) }
            .filter { $0.count <= 1_024 }
    }

    /// The inputs that once made `target` fail, `Tests/Fuzz/Inputs/<target>`, by name.
    static func kept(_ target: FuzzTarget) throws -> [[UInt8]] {
        let inputs = folder.appending(path: "Inputs/\(target.name)")
        guard FileManager.default.fileExists(atPath: inputs.path) else { return [] }
        return try FileManager.default.contentsOfDirectory(atPath: inputs.path).sorted()
            .map { [UInt8](try Data(contentsOf: inputs.appending(path: $0))) }
    }

    /// Writes a target's corpus as files, for libFuzzer.
    static func write(_ target: FuzzTarget, to path: String) throws {
        let target = target
        let directory = URL(filePath: path)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        for (index, input) in (target.corpus(try frames()) + (try kept(target))).enumerated() {
            try Data(input).write(to: directory.appending(path: "\(target.name)-\(index)"))
        }
    }
}
