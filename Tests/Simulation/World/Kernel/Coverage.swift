/// Which faults really happened, and how often: a range of seeds that hits nothing tests nothing.
package struct Coverage: Sendable {
    /// What every range of some hundred seeds hits, by the names that are printed: crash points, then the rest.
    package static let names: [String] =
        CrashPoint.allCases.map(\.rawValue) + [
            "random-crash", "loss", "duplicate", "held-back", "reset", "stream-break", "cut",
            "clogged",
            "partition", "one-way-partition", "swizzle", "power-loss", "failed-sync", "disk-error",
            "full-disk", "dropped-cache", "kept-some-sectors", "torn-write", "clock-set-back",
            "clock-set-forward", "split-brain", "step-down", "provider-fault", "hasty-repeat",
            "second-use-of-quote", "two-minds", "silent-driver", "lost-phone",
            "shift-change", "plan-change",
        ]

    /// How often each fault happened.
    package private(set) var hits: [String: Int] = [:]
    /// How often a process came past each crash point.
    package private(set) var passes: [CrashPoint: Int] = [:]

    /// Nothing has happened.
    package init() {}

    mutating func hit(_ name: String) { hits[name, default: 0] += 1 }

    mutating func pass(_ point: CrashPoint) { passes[point, default: 0] += 1 }

    /// Adds what another run hit.
    package mutating func add(_ other: Coverage) {
        hits.merge(other.hits) { $0 + $1 }
        passes.merge(other.passes) { $0 + $1 }
    }

    /// The names that were never hit.
    package var missing: [String] { Self.names.filter { hits[$0, default: 0] == 0 } }

    /// All names with how often they were hit.
    package var all: [(name: String, count: Int)] {
        Self.names.map { ($0, hits[$0, default: 0]) }
    }
}
