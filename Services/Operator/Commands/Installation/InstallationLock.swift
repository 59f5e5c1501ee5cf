internal import Foundation
internal import Glibc

/// Keeps a second `nexors up` away from an installation that one looks after already: it would take the first one's
/// programs for left over, stop them, and both would go on starting theirs.
///
/// The system gives the lock back when the process ends, however it ends.
package final class InstallationLock {
    private let descriptor: Int32

    /// Takes the lock of `installation`, whose folders are there.
    ///
    /// - Throws: Where another process has it, and which.
    package init(_ installation: Installation) throws(OperatorError) {
        let path = installation.processFile("nexors")
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw OperatorError(
                "\(path) cannot be opened: \(String(cString: strerror(errno))).",
                advice: "Choose another folder with --data DIR, or correct its rights."
            )
        }
        guard lockf(descriptor, F_TLOCK, 0) == 0 else {
            close(descriptor)
            let data = FileManager.default.contents(atPath: path) ?? Data()
            let holder = String(decoding: data, as: UTF8.self)
                .trimmingCharacters(in: .whitespacesAndNewlines)
            throw OperatorError(
                "The installation in \(installation.root) runs already (process \(holder)).",
                advice:
                    "Stop it with Ctrl-C where it was started, or start another with --data DIR."
            )
        }
        self.descriptor = descriptor
        ftruncate(descriptor, 0)
        let text = "\(getpid())\n"
        // For people and for the message above; what counts is the lock.
        _ = text.withCString { write(descriptor, $0, strlen($0)) }
    }

    deinit {
        close(descriptor)
    }
}
