internal import Model

/// The ports: free, ours, or somebody else's.
enum PortExamination {
    static func findings(_ installation: Installation, _ ports: PortPlan) -> [Finding] {
        let names = [ProgramPlan.standInName] + ServiceName.allCases.map(\.text)
        let ours = Set(Leftovers.find(installation, names).map(\.id))
        return ports.assignments.map { finding($0, ours) }
    }

    private static func finding(_ assignment: PortPlan.Assignment, _ ours: Set<Int32>) -> Finding {
        let subject = "\(assignment.port), \(assignment.purpose)"
        guard !PortProbe.isFree(assignment.port) else {
            return .ok("ports", subject, "is free")
        }
        guard let holder = PortProbe.holder(of: assignment.port) else {
            return .problem(
                "ports",
                subject,
                "is used by a program of another user",
                advice: "See `ss -ltnp` as root, or choose other ports: `nexors up --free-ports`."
            )
        }
        guard !ours.contains(holder.id) else {
            return .ok("ports", subject, "our \(holder.name) listens")
        }
        return .problem(
            "ports",
            subject,
            "is used by \(holder.name) (process \(holder.id))",
            advice: "Stop it, or choose other ports: `nexors up --free-ports`."
        )
    }
}
