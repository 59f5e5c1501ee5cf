import SimulationWorld

/// The command line.
struct SimulateOptions {
    /// Why it makes no sense; empty where help was asked for.
    struct Problem: Error {
        let text: String
    }

    /// Runs at once at most; each has a thread of its own.
    static let jobCountMax = 64

    static let usage = """
        usage: simulate [--seed N | --seeds A..B] [--jobs N] [--until-failure] [--require-coverage]
                        [--without SAFEGUARD] [--steps M] [--trace] [--json]
        runs all five services on one thread under a seed, with simulated time, network, disks and clocks
          --seed N            one run (default 1)
          --seeds A..B        all from A to B; progress goes to the error output, a summary to the output
          --jobs N            so many runs at once (default 1); the output is the same
          --until-failure     stop at the first that fails; with --seed N, go on from N until one does
          --require-coverage  fail where a kind of fault never happened in all these seeds
          --without NAME      take a safeguard out, to see that a checker notices:
        \(safeguards)
          --steps M           give a run up after M events (default \(Simulation.stepCountMax))
          --trace             print what happens: seconds of simulated time, then the event
          --json              print one JSON object a run, and one for the summary
        exits with 0 where nothing was found, 1 where something was, 2 for a wrong argument
        """

    private static var safeguards: String {
        Mutation.allCases.map { "                        \($0.rawValue)" }.joined(separator: "\n")
    }

    private(set) var seeds: ClosedRange<UInt64> = 1...1
    /// Whether there is one run alone.
    private(set) var isSingle = true
    private(set) var jobCount = 1
    private(set) var stepCountMax = Simulation.stepCountMax
    private(set) var stopsAtFailure = false
    private(set) var requiresCoverage = false
    private(set) var isTraced = false
    private(set) var isJSON = false
    private(set) var mutation: Mutation?

    init(_ arguments: [String]) throws(Problem) {
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            switch argument {
            case "--seed":
                let seed = try Self.number(rest.popFirst(), argument)
                seeds = seed...seed
            case "--seeds":
                seeds = try Self.range(rest.popFirst())
                isSingle = false
            case "--jobs": jobCount = try Self.count(rest.popFirst(), argument, Self.jobCountMax)
            case "--steps": stepCountMax = try Self.count(rest.popFirst(), argument, .max)
            case "--without":
                guard let name = rest.popFirst(), let known = Mutation(rawValue: name) else {
                    throw Problem(text: "--without wants the name of a safeguard")
                }
                mutation = known
            case "--until-failure": stopsAtFailure = true
            case "--require-coverage": requiresCoverage = true
            case "--trace": isTraced = true
            case "--json": isJSON = true
            case "--help", "-h": throw Problem(text: "")
            default: throw Problem(text: "unknown argument \(argument)")
            }
        }
        if isSingle, stopsAtFailure {
            seeds = seeds.lowerBound ... .max
            isSingle = false
        }
        // Traces of several runs at once would be of no use to anybody.
        if isTraced { jobCount = 1 }
    }

    private static func number(_ text: String?, _ name: String) throws(Problem) -> UInt64 {
        guard let text, let number = UInt64(text) else {
            throw Problem(text: "\(name) wants a number")
        }
        return number
    }

    private static func count(
        _ text: String?,
        _ name: String,
        _ most: Int
    ) throws(Problem) -> Int {
        guard let count = Int(exactly: try number(text, name)), (1...most).contains(count) else {
            throw Problem(text: "\(name) wants a count from 1 to \(most)")
        }
        return count
    }

    private static func range(_ text: String?) throws(Problem) -> ClosedRange<UInt64> {
        let parts = (text ?? "").split(separator: ".", omittingEmptySubsequences: true)
        guard parts.count == 2, let first = UInt64(parts[0]), let last = UInt64(parts[1]),
            first <= last
        else { throw Problem(text: "--seeds wants A..B") }
        return first...last
    }
}
