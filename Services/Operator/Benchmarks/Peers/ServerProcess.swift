internal import Foundation
internal import Glibc

/// A server under measurement, ours or a peer: a child process on one core, with its CPU time.
package final class ServerProcess {
    /// The command line, as it is printed with the figures.
    package let commandLine: String
    private let identifier: pid_t
    private var hasEnded = false

    /// Starts `program` on processor `core`, or on all where it is `nil`, in a session of its own.
    ///
    /// A session, since the scheduler shares the processor between sessions first: in the generator's own
    /// session the same server got up to a third less of its core. Foundation's `Process` cannot make one.
    ///
    /// - Throws: `BenchmarkError` where the program is not there or cannot be started.
    package init(
        _ program: String,
        _ arguments: [String],
        environment: [String: String] = [:],
        core: Int? = 0,
        log: String
    ) throws {
        guard let path = Self.find(program) else {
            throw BenchmarkError("\(program) is not installed or not built")
        }
        guard let pinning = Self.find("taskset") else {
            throw BenchmarkError("taskset is not installed: deploy/bench installs it")
        }
        commandLine =
            (environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            + [program] + arguments).joined(separator: " ")
        var merged = ProcessInfo.processInfo.environment
        for (key, value) in environment { merged[key] = value }
        identifier = try Self.spawn(
            (core.map { [pinning, "-c", "\($0)"] } ?? []) + [path] + arguments,
            environment: merged.map { "\($0.key)=\($0.value)" },
            log: log
        )
    }

    deinit {
        stop()
    }

    private static func spawn(
        _ words: [String],
        environment: [String],
        log: String
    ) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // POSIX_SPAWN_SETSID of spawn.h, which is hidden without _GNU_SOURCE.
        posix_spawnattr_setflags(&attributes, 0x80)
        var argumentPointers = words.map { strdup($0) } + [nil]
        var environmentPointers = environment.map { strdup($0) } + [nil]
        defer { for pointer in argumentPointers + environmentPointers { free(pointer) } }
        var identifier: pid_t = 0
        let status = posix_spawn(
            &identifier,
            words[0],
            &actions,
            &attributes,
            &argumentPointers,
            &environmentPointers
        )
        guard status == 0 else {
            throw BenchmarkError("\(words.joined(separator: " ")) cannot be started")
        }
        return identifier
    }

    /// The path of an installed program, or of a file.
    package static func find(_ program: String) -> String? {
        if program.contains("/") {
            return FileManager.default.isExecutableFile(atPath: program) ? program : nil
        }
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        let folders = path.split(separator: ":").map(String.init) + ["/usr/sbin", "/sbin"]
        for folder in folders {
            let candidate = "\(folder)/\(program)"
            if FileManager.default.isExecutableFile(atPath: candidate) { return candidate }
        }
        return nil
    }

    /// Time that all threads of the process have computed so far, user and system, in seconds; 0 once it has ended.
    ///
    /// By the process's own clock (clock_getcpuclockid(3)), which counts nanoseconds: /proc's ticks of 10 ms made a
    /// tenth of a run of half a second.
    package var cpuSeconds: Double {
        var clock = clockid_t()
        var time = timespec()
        guard
            clock_getcpuclockid(identifier, &clock) == 0,
            clock_gettime(clock, &time) == 0
        else { return 0 }
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// Whether the process still runs.
    package var isRunning: Bool {
        guard !hasEnded else { return false }
        var status: Int32 = 0
        if waitpid(identifier, &status, WNOHANG) == identifier { hasEnded = true }
        return !hasEnded
    }

    /// Waits until `port` on loopback accepts connections.
    ///
    /// - Throws: `BenchmarkError` where the process ends first, or after ten seconds.
    package func waitUntilListening(on port: UInt16) throws {
        guard waits(until: { Self.accepts(port) }) else {
            throw BenchmarkError("\(commandLine) does not listen on port \(port)")
        }
    }

    /// Waits until the process is as far as `isReady` says.
    ///
    /// - Returns: `false` where it ends first, or after ten seconds.
    package func waits(until isReady: () -> Bool) -> Bool {
        let end = Date().addingTimeInterval(10)
        while Date() < end {
            if isReady() { return true }
            guard isRunning else { break }
            usleep(10_000)
        }
        return false
    }

    /// Ends the process and waits for it.
    package func stop() {
        guard isRunning else { return }
        kill(identifier, SIGTERM)
        // A server that does not drain in five seconds is measured by nothing any more.
        for _ in 0..<500 where isRunning { usleep(10_000) }
        guard isRunning else { return }
        kill(identifier, SIGKILL)
        var status: Int32 = 0
        waitpid(identifier, &status, 0)
        hasEnded = true
    }

    /// A port of loopback that nobody listens on at this moment.
    package static func freePort() throws -> UInt16 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = loopback(port: 0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 ? getsockname(descriptor, $0, &length) : -1
            }
        }
        guard descriptor >= 0, status == 0 else {
            throw BenchmarkError("the system gives no port on loopback")
        }
        return UInt16(bigEndian: address.sin_port)
    }

    private static func accepts(_ port: UInt16) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = loopback(port: port)
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }

    private static func loopback(port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }
}
