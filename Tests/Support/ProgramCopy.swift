import Foundation

/// Copies of programs that a test starts.
package enum ProgramCopy {
    /// Why a program was not copied.
    package struct Failure: Error {
        /// What cp(1) ended with.
        package let status: Int32
    }

    /// Copies the program at `source` to `target`, by a process of its own.
    ///
    /// Were the copy written here, a child that another test forks meanwhile would hold the open file for a moment,
    /// and the system starts no program that is open for writing (ETXTBSY).
    ///
    /// - Throws: `Failure`, or why cp(1) did not start.
    package static func make(of source: String, at target: String) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/cp")
        process.arguments = ["--", source, target]
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failure(status: process.terminationStatus)
        }
    }
}
