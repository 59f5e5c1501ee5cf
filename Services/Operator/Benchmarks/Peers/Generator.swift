internal import Foundation
internal import Glibc

/// Runs a generator on a core of its own and gives what it prints.
package enum Generator {
    /// What a run printed, and the time that it computed, user and system.
    package struct Run: Sendable {
        /// What it printed.
        package let output: String
        /// Seconds that it computed, user and system.
        package let cpuSeconds: Double
        /// How much of its core it used, 0 ... 1 and a little more.
        package let cores: Double
    }

    /// - Throws: `BenchmarkError` where it is not installed or fails.
    package static func measure(
        _ program: String,
        _ arguments: [String],
        core: Int = 1
    ) throws -> Run {
        guard let path = ServerProcess.find(program) else {
            throw BenchmarkError("\(program) is not installed: deploy/bench installs the peers")
        }
        guard let pinning = ServerProcess.find("taskset") else {
            throw BenchmarkError("taskset is not installed: deploy/bench installs it")
        }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: pinning)
        process.arguments = ["-c", "\(core)", path] + arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        // Of all children that have ended; this one is the only one that ends meanwhile.
        let before = CPUTime.ofChildren
        let start = ContinuousClock.now
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw BenchmarkError("\(program) ended with status \(process.terminationStatus)")
        }
        let used = CPUTime.ofChildren - before
        return Run(
            output: String(decoding: output, as: UTF8.self),
            cpuSeconds: used,
            cores: used / max(1e-9, (ContinuousClock.now - start) / .seconds(1))
        )
    }
}

/// Processor time, user and system, in seconds.
package enum CPUTime {
    /// Of this process so far.
    package static var own: Double { seconds(RUSAGE_SELF) }

    /// Of all children that have ended.
    package static var ofChildren: Double { seconds(RUSAGE_CHILDREN) }

    /// Of the calling thread so far.
    package static var ofThread: Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    private static func seconds(_ who: __rusage_who) -> Double {
        var usage = rusage()
        getrusage(__rusage_who_t(who.rawValue), &usage)
        let times = [usage.ru_utime, usage.ru_stime]
        return times.reduce(0) { $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1e6 }
    }
}
