internal import IngestCore
internal import Model

/// C1 for drivers: an acknowledged change of a shift is there and is the last word; a fix of a trip that the phone was
/// told to forget is in the trail.
enum ShiftChecker {
    static func findings(_ history: History, _ state: FinalState) -> [String] {
        shiftFindings(history, state) + trailFindings(history, state)
    }

    private static func shiftFindings(_ history: History, _ state: FinalState) -> [String] {
        var findings: [String] = []
        for act in history.shifts {
            let stored = state.shifts.first { $0.shift == act.shift }
            let name = "\(act.shift) of \(act.driver)"
            switch (act.opens, act.outcome) {
            case (true, .done):
                if stored == nil { findings.append("C1: \(name) was opened and is lost") }
                let closes = history.shifts.contains {
                    $0.shift == act.shift && !$0.opens && $0.outcome != .refused
                }
                if let stored, !stored.isOpen, !closes {
                    findings.append("C1: \(name) was closed by nobody")
                }
            case (true, .refused):
                if stored != nil { findings.append("C1: \(name) was refused and is there") }
            case (false, .done):
                if stored?.isOpen ?? true {
                    findings.append(
                        "C1: \(name) was closed and is \(stored == nil ? "lost" : "open")"
                    )
                }
            default: break
            }
        }
        let known = Set(history.shifts.map(\.shift))
        for shift in state.shifts where !known.contains(shift.shift) {
            findings.append("C1: \(shift.shift) was asked for by nobody")
        }
        var open: [DriverID: ShiftID] = [:]
        for shift in state.shifts where shift.isOpen {
            if let other = open.updateValue(shift.shift, forKey: shift.driver) {
                findings.append("C2: \(shift.driver) has both \(other) and \(shift.shift)")
            }
        }
        return findings
    }

    private static func trailFindings(_ history: History, _ state: FinalState) -> [String] {
        // What ingest refuses for what it says counts as settled.
        let lost = history.fixes.map { ($0.driver, $0.kept.filter { !state.trail.contains($0) }) }
        guard lost.reduce(0, { $0 + $1.1.count }) > history.refusedFixCount else { return [] }
        return lost.filter { !$0.1.isEmpty }.map { driver, fixes in
            "C1: \(fixes.count) fixes of \(driver) were acknowledged and are in no trail, "
                + "first \(fixes.first?.fix.sequence ?? 0); of all \(history.refusedFixCount) were refused"
        }
    }
}
