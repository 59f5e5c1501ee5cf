internal import Foundation

/// Where the products are: beside this program, unless said otherwise.
package enum ProgramsFolder {
    /// The folder of the running program.
    package static var own: String {
        let path =
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
            ?? CommandLine.arguments[0]
        return URL(fileURLWithPath: path).deletingLastPathComponent().path
    }

    /// Checks that every product is there.
    ///
    /// - Throws: Those that are missing, and how to build them.
    package static func check(_ folder: String, _ names: [String]) throws(OperatorError) {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder),
            isFolder.boolValue
        else {
            throw OperatorError(
                "There is no folder \(folder) with programs.",
                advice: "Name the folder of the built programs with --programs DIR."
            )
        }
        let missing = names.filter {
            !FileManager.default.isExecutableFile(atPath: "\(folder)/\($0)")
        }
        guard missing.isEmpty else {
            throw OperatorError(
                "\(folder) lacks \(missing.joined(separator: ", ")).",
                advice: "Build all programs with deploy/up or `swift build -c release`."
            )
        }
    }
}
