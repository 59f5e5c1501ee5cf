internal import Glibc

/// The system's limits: every driver's connection is an open file.
enum LimitExamination {
    /// A thousand drivers with room for everything else.
    private static let fileCountMin: UInt = 4096

    static func findings() -> [Finding] {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
            return [
                .warning(
                    "limits",
                    "open files",
                    "cannot be read",
                    advice: "See `ulimit -n` in the shell that starts the programs."
                )
            ]
        }
        return [finding(soft: UInt(limit.rlim_cur), hard: UInt(limit.rlim_max))]
    }

    static func finding(soft: UInt, hard: UInt) -> Finding {
        let text = "a process may have \(soft) (at most \(hard))"
        guard soft >= fileCountMin else {
            return .warning(
                "limits",
                "open files",
                text,
                advice:
                    "Each driver takes one: `ulimit -n \(max(fileCountMin, min(hard, 65_536)))` before starting."
            )
        }
        return .ok("limits", "open files", text)
    }
}
