internal import Foundation

/// A program that a test started.
///
/// Not by Foundation's `Process`: that looks through /proc/self/fd and, where this process has some 1,350 open files,
/// reads past the end of the list (a crash in memcpy, Swift 6.3.1). Tests that run side by side come to that.
public final class SpawnedProgram: Sendable {
    /// How a program ended.
    public enum End: Hashable, Sendable {
        /// By itself, with this code.
        case code(Int32)
        /// By this signal.
        case signal(Int32)
    }

    /// Its process.
    public let id: Int32

    /// Starts the program at `path`; it has no files of ours but those that are named, and no signal blocked.
    ///
    /// A thread of the pool blocks signals, and what it starts would inherit that: such a program cannot be ended by
    /// SIGTERM, nor by `timeout`.
    ///
    /// - Parameters:
    ///   - input: What it reads; nothing unless said otherwise.
    ///   - output: Where both its outputs go; nowhere unless said otherwise.
    /// - Throws: What the system says.
    public init(
        path: String,
        arguments: [String] = [],
        environment: [String: String],
        input: Int32? = nil,
        output: Int32? = nil
    ) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        if let input {
            posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
        } else {
            posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        }
        if let output {
            posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
        } else {
            posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
        }
        posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO)
        _ = Self.closeFrom?(&actions, STDERR_FILENO + 1)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var nothing = sigset_t()
        sigemptyset(&nothing)
        var all = sigset_t()
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &nothing)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(
            &attributes,
            Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF)
        )
        let words = ([path] + arguments).map { strdup($0) }
        let variables = environment.map { strdup("\($0.key)=\($0.value)") }
        defer { for pointer in words + variables { free(pointer) } }
        var started: pid_t = 0
        let code = posix_spawn(
            &started,
            path,
            &actions,
            &attributes,
            words + [nil],
            variables + [nil]
        )
        guard code == 0 else { throw SpawnError(what: path, code: code) }
        id = started
    }

    /// Waits for its end; once, on a thread that may block.
    public func waitForEnd() -> End {
        var status: Int32 = 0
        while waitpid(id, &status, 0) < 0 {
            guard errno == EINTR else { return .code(-1) }
        }
        let signal = status & 0x7F
        return signal == 0 ? .code((status >> 8) & 0xFF) : .signal(signal)
    }

    private typealias CloseFrom =
        @convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, Int32) -> Int32

    /// `posix_spawn_file_actions_addclosefrom_np` of glibc 2.34 and later, which Swift's module does not export.
    private static let closeFrom: CloseFrom? =
        dlsym(nil, "posix_spawn_file_actions_addclosefrom_np")
        .map { unsafeBitCast($0, to: CloseFrom.self) }
}

/// Why nothing was started.
public struct SpawnError: Error, CustomStringConvertible {
    let what: String
    let code: Int32

    /// Which program, and what the system said.
    public var description: String { "\(what): \(String(cString: strerror(code)))" }
}
