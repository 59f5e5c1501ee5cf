internal import Glibc

/// A thread of the operating system for calls that block (SQLite, libpq).
///
/// Never one of the cooperative pool, which has as many threads as cores and must not wait for a disk.
package enum WorkerThread {
    private final class Start {
        let name: String
        let body: @Sendable () -> Void

        init(name: String, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }
    }

    /// Starts a detached thread that runs `body` and ends with it.
    ///
    /// - Parameter name: Shown by `ps -T` and `top -H`, at most 15 bytes.
    /// - Throws: `.unavailable` where the system has no thread to give.
    package static func start(
        _ name: String,
        _ body: @escaping @Sendable () -> Void
    ) throws(StorageError) {
        let start = Unmanaged.passRetained(Start(name: name, body: body))
        let code = create(start.toOpaque())
        guard code == 0 else {
            start.release()
            throw StorageError(.unavailable, "cannot start thread \(name): error \(code)")
        }
    }

    private static func create(_ start: UnsafeMutableRawPointer) -> Int32 {
        var thread: pthread_t = 0
        let code = pthread_create(&thread, nil, { WorkerThread.run($0) }, start)
        if code == 0 { pthread_detach(thread) }
        return code
    }

    private static func run(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        guard let argument else { return nil }
        let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
        nameThisThread(start.name)
        start.body()
        return nil
    }

    /// Through /proc, because the C function is not among what Swift imports; a missing name is only a pity.
    private static func nameThisThread(_ name: String) {
        let descriptor = open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        let text = Array(name.utf8.prefix(15))
        _ = Glibc.write(descriptor, text, text.count)
        close(descriptor)
    }
}
