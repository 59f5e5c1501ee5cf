internal import Foundation

/// On what kind of machine a figure was measured: part of every table.
package enum MachineClass {
    /// The processor's model, its cores, the load and the kernel: "AMD EPYC, 2 cores, load 0.4, Linux 6.1".
    package static var text: String {
        let model = value(of: "model name", in: "/proc/cpuinfo") ?? "unknown processor"
        let cores = ProcessInfo.processInfo.activeProcessorCount
        let load = contents("/proc/loadavg")?.split(separator: " ").first.map(String.init) ?? "?"
        let kernel = contents("/proc/sys/kernel/osrelease")?
            .split(separator: "-").first
            .map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }
        return "\(model), \(cores) cores, load \(load), Linux \(kernel ?? "?")"
    }

    private static func value(of key: String, in path: String) -> String? {
        contents(path)?
            .split(separator: "\n")
            .first { $0.hasPrefix(key) }?
            .split(separator: ":", maxSplits: 1).last
            .map { $0.trimmingCharacters(in: .whitespaces) }
    }

    private static func contents(_ path: String) -> String? {
        try? String(contentsOfFile: path, encoding: .utf8)
    }
}
