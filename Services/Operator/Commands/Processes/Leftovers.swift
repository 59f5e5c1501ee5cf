internal import Foundation
internal import Glibc

/// Programs of this installation that an earlier run left behind, because it was killed itself.
package enum Leftovers {
    /// A program that still runs.
    package struct Program: Hashable, Sendable {
        /// The product.
        package let name: String
        /// Its process.
        package let id: Int32
    }

    /// Those whose process file names a living process of that very name; a number that the system has given to
    /// another program since is not one.
    package static func find(_ installation: Installation, _ names: [String]) -> [Program] {
        names.compactMap { name in
            guard let data = FileManager.default.contents(atPath: installation.processFile(name)),
                let id = Int32(
                    String(decoding: data, as: UTF8.self)
                        .trimmingCharacters(in: .whitespacesAndNewlines)
                ),
                id > 1,
                let program = try? FileManager.default.destinationOfSymbolicLink(
                    atPath: "/proc/\(id)/exe"
                ),
                // A program that was built anew since it started has lost its file.
                [name, "\(name) (deleted)"].contains(
                    URL(fileURLWithPath: program).lastPathComponent
                )
            else { return nil }
            return Program(name: name, id: id)
        }
    }

    /// Asks `program` to end and waits for it, at most `Supervisor.stopTime`.
    ///
    /// - Returns: Whether it has ended.
    package static func stop(_ program: Program) async -> Bool {
        kill(program.id, SIGTERM)
        // Not our child: nothing tells us of its end, so we look.
        for _ in 0..<250 {
            guard kill(program.id, 0) == 0 else { return true }
            try? await Task.sleep(for: .milliseconds(100))
        }
        return false
    }
}
