internal import Foundation
internal import Model
internal import Timekeeping

/// The clock: tokens and certificates hold by it.
enum ClockExamination {
    /// A file written this far ahead of the clock shows that it was set back.
    private static let aheadMax: TimeInterval = 5
    /// The root of a time service's state: a file in it means that one has synchronised the clock.
    private static let synchronised = "/run/systemd/timesync/synchronized"

    static func findings(_ installation: Installation, now: WallTime) -> [Finding] {
        [setBack(installation, now), synchronisation()]
    }

    private static func setBack(_ installation: Installation, _ now: WallTime) -> Finding {
        let seconds = TimeInterval(now.microseconds) / 1_000_000
        var newest: (path: String, seconds: TimeInterval) = ("", 0)
        for path in ProgramPlan.startOrder.map({ installation.log($0.text) })
            + [installation.settingsPath]
        {
            let attributes = try? FileManager.default.attributesOfItem(atPath: path)
            guard let date = attributes?[.modificationDate] as? Date else { continue }
            if date.timeIntervalSince1970 > newest.seconds {
                newest = (path, date.timeIntervalSince1970)
            }
        }
        guard newest.seconds <= seconds + aheadMax else {
            return .problem(
                "clock",
                "direction",
                "\(newest.path) was written \(Int(newest.seconds - seconds)) s in the future: the clock was set back",
                advice: "Set the clock (timedatectl set-ntp true) before the programs are started."
            )
        }
        return .ok("clock", "direction", "nothing was written in the future")
    }

    private static func synchronisation() -> Finding {
        if FileManager.default.fileExists(atPath: synchronised) {
            return .ok("clock", "synchronisation", "a time service has set it")
        }
        let daemons = ["chronyd", "ntpd", "systemd-timesyncd"]
        let processes = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        for process in processes {
            guard let id = Int32(process) else { continue }
            let name = PortProbe.processName(id)
            if daemons.contains(name) {
                return .ok("clock", "synchronisation", "\(name) runs")
            }
        }
        return .warning(
            "clock",
            "synchronisation",
            "no time service is seen here",
            advice:
                "On a machine of its own install one (apt-get install chrony); a container follows its host."
        )
    }
}
