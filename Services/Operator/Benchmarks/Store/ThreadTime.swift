internal import Foundation

/// What this process's threads have used of the processors.
enum ThreadTime {
    /// User and system time so far of the living threads whose names end with `suffix`, seconds; 0 where the kernel
    /// does not tell (schedstat: nanoseconds on a processor come first).
    static func seconds(ofThreadsNamed suffix: String) -> Double {
        let tasks = "/proc/self/task"
        let threads = (try? FileManager.default.contentsOfDirectory(atPath: tasks)) ?? []
        return threads.reduce(0) { sum, thread in
            guard
                let name = try? String(contentsOfFile: "\(tasks)/\(thread)/comm", encoding: .utf8),
                name.hasSuffix("\(suffix)\n"),
                let text = try? String(
                    contentsOfFile: "\(tasks)/\(thread)/schedstat",
                    encoding: .utf8
                ),
                let nanoseconds = text.split(separator: " ").first.flatMap({ UInt64($0) })
            else { return sum }
            return sum + Double(nanoseconds) / 1e9
        }
    }
}
