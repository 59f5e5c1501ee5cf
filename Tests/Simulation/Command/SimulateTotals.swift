import SimulationWorld

/// What many runs add up to.
struct SimulateTotals {
    /// Failing seeds that are listed.
    private static let listedCountMax = 20

    private(set) var failedSeeds: [UInt64] = []
    private var runCount = 0
    private var crashCount = 0
    private var messageCount = 0
    private var commitCount = 0
    private var milliseconds: Int64 = 0
    private var bookings: [String: Int] = [:]
    private var points: [CrashPoint: Int] = [:]
    private var faults: [FaultPlan.Kind: Int] = [:]

    mutating func add(_ report: SimulationReport) {
        runCount += 1
        if !report.isPassed { failedSeeds.append(report.seed) }
        crashCount += report.counts.crashes
        messageCount += report.counts.messages
        commitCount += report.counts.commits
        milliseconds += report.milliseconds
        for (state, count) in report.bookings { bookings[state, default: 0] += count }
        for (point, count) in report.crashPoints { points[point, default: 0] += count }
        for fault in report.faults { faults[fault, default: 0] += 1 }
    }

    var text: String {
        let listed = failedSeeds.prefix(Self.listedCountMax).map { String($0) }
        let states = bookings.sorted { $0.key < $1.key }
        return """
            \(runCount) seeds, \(failedSeeds.count) failed\
            \(listed.isEmpty ? "" : ": " + listed.joined(separator: " "))
            simulated \(milliseconds / 1000) s, \(messageCount) messages, \(commitCount) commits, \
            \(crashCount) crashes
            bookings: \(Self.list(states.map { ($0.key, $0.value) }))
            crash points: \(Self.list(CrashPoint.allCases.map { ($0.rawValue, points[$0] ?? 0) }))
            seeds with: \(Self.list(FaultPlan.Kind.allCases.map { ($0.rawValue, faults[$0] ?? 0) }))
            """
    }

    private static func list(_ items: [(String, Int)]) -> String {
        items.map { "\($0.1) \($0.0)" }.joined(separator: ", ")
    }
}
