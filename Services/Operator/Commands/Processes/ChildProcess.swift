internal import Foundation
internal import Glibc
internal import ServiceRuntime

/// A program that we started.
///
/// In a process group of its own, so that Ctrl-C in the terminal reaches us alone and we stop the programs in order;
/// with no signal blocked, whatever our own threads block.
package final class ChildProcess: Sendable {
    /// How a program ended.
    package enum End: Hashable, Sendable {
        /// It left with this status.
        case exit(Int32)
        /// A signal ended it.
        case signal(Int32)

        /// In words.
        package var text: String {
            switch self {
            case .exit(let status): "ended with status \(status)"
            case .signal(let number): "was ended by signal \(number)"
            }
        }
    }

    /// The number that the system gave it.
    package let id: Int32
    private let end = OneShot<End>()

    /// Starts `program`; its output is appended to `logPath`.
    package init(
        program: String,
        arguments: [String] = [],
        environment: [String: String],
        logPath: String
    ) throws(OperatorError) {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(
            &actions,
            STDOUT_FILENO,
            logPath,
            O_WRONLY | O_CREAT | O_APPEND,
            0o600
        )
        posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var nothing = sigset_t()
        sigemptyset(&nothing)
        var defaults = sigset_t()
        sigfillset(&defaults)
        posix_spawnattr_setsigmask(&attributes, &nothing)
        posix_spawnattr_setsigdefault(&attributes, &defaults)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(
            &attributes,
            Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP)
        )
        // Sorted, so that two starts are the same to the byte.
        let variables = environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        var started: pid_t = 0
        let code = Self.withCStrings([program] + arguments) { argumentPointers in
            Self.withCStrings(variables) { variablePointers in
                posix_spawn(
                    &started,
                    program,
                    &actions,
                    &attributes,
                    argumentPointers,
                    variablePointers
                )
            }
        }
        guard code == 0 else {
            throw OperatorError(
                "\(program) cannot be started: \(String(cString: strerror(code))).",
                advice: "Build it with deploy/up, or name the programs' folder with --programs DIR."
            )
        }
        id = started
        let (id, end) = (started, end)
        // waitpid blocks for as long as the program lives, so it has a thread of its own.
        Thread.detachNewThread { end.resolve(Self.wait(for: id)) }
    }

    /// How it ended, if it has.
    package var ended: End? { end.current }

    /// Waits for its end.
    package func waitForEnd() async -> End { await end.value() }

    /// Sends a signal; does nothing once it has ended.
    package func send(_ signal: Int32) {
        guard end.current == nil else { return }
        kill(id, signal)
    }

    private static func wait(for id: pid_t) -> End {
        var status: Int32 = 0
        while waitpid(id, &status, 0) < 0 {
            guard errno == EINTR else { return .exit(-1) }
        }
        let signal = status & 0x7F
        return signal == 0 ? .exit((status >> 8) & 0xFF) : .signal(signal)
    }

    private static func withCStrings<Result>(
        _ texts: [String],
        _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
    ) -> Result {
        let pointers = texts.map { strdup($0) }
        defer { for pointer in pointers { free(pointer) } }
        return body(pointers + [nil])
    }
}
