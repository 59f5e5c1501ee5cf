import SimulationWorld

/// The command line.
struct SimulateOptions {
    /// Why it makes no sense; empty where help was asked for.
    struct Problem: Error {
        let text: String
    }

    static let usage = """
        usage: simulate [--seed N | --seeds A..B] [--steps M] [--until-failure] [--without SAFEGUARD]
                        [--verbose] [--json]
          --seed N           one run (default 1)
          --seeds A..B       all from A to B
          --until-failure    stop at the first that fails; with --seed N, go on from N until one does
          --steps M          give a run up after M events (default \(Simulation.stepCountMax))
          --without NAME     take a safeguard out, to see that a checker notices:
                             \(Mutation.allCases.map(\.rawValue).joined(separator: ", "))
          --verbose          print the whole trace
          --json             print one JSON object a run
        exits with 0 where nothing was found, 1 where something was, 2 for a wrong argument
        """

    private(set) var seeds: ClosedRange<UInt64> = 1...1
    /// Whether there is one run alone.
    private(set) var isSingle = true
    private(set) var stepCountMax = Simulation.stepCountMax
    private(set) var stopsAtFailure = false
    private(set) var isVerbose = false
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
            case "--steps":
                let count = try Self.number(rest.popFirst(), argument)
                guard let steps = Int(exactly: count), steps > 0 else {
                    throw Problem(text: "--steps wants a count above 0")
                }
                stepCountMax = steps
            case "--without":
                guard let name = rest.popFirst(), let known = Mutation(rawValue: name) else {
                    throw Problem(text: "--without wants the name of a safeguard")
                }
                mutation = known
            case "--until-failure": stopsAtFailure = true
            case "--verbose": isVerbose = true
            case "--json": isJSON = true
            case "--help", "-h": throw Problem(text: "")
            default: throw Problem(text: "unknown argument \(argument)")
            }
        }
        if isSingle, stopsAtFailure {
            seeds = seeds.lowerBound ... .max
            isSingle = false
        }
    }

    private static func number(_ text: String?, _ name: String) throws(Problem) -> UInt64 {
        guard let text, let number = UInt64(text) else {
            throw Problem(text: "\(name) wants a number")
        }
        return number
    }

    private static func range(_ text: String?) throws(Problem) -> ClosedRange<UInt64> {
        let parts = (text ?? "").split(separator: ".", omittingEmptySubsequences: true)
        guard parts.count == 2, let first = UInt64(parts[0]), let last = UInt64(parts[1]),
            first <= last
        else { throw Problem(text: "--seeds wants A..B") }
        return first...last
    }
}
