internal import Foundation
internal import OperatorCommands

/// One figure of a benchmark.
package struct BenchmarkResult: Sendable {
    /// What a figure is held against.
    package enum Target: Sendable, Equatable {
        case atLeast(Double)
        case atMost(Double)

        /// Whether `value` reaches it.
        package func isReached(by value: Double) -> Bool {
            switch self {
            case .atLeast(let least): value >= least
            case .atMost(let most): value <= most
            }
        }
    }

    /// The benchmark, as in "calls".
    package let bench: String
    /// What was measured, as in "synchronous, 32 in flight".
    package let metric: String
    /// The figure, the median of its runs; not a number where it could not be measured, which `metric` explains.
    package let value: Double
    /// Its unit, as in "calls/s of CPU".
    package let unit: String
    /// The same of a peer in the same run; `nil` where there is none.
    package let peer: Double?
    /// Ours over the peer's, or the peer's over ours where less is better; above 1 is better.
    package let ratio: Double?
    /// What the value, or where `targetsRatio` the ratio, is held against.
    package let target: Target?
    /// Whether the target is about the ratio.
    package let targetsRatio: Bool

    /// A figure in `unit`; with a `peer` its ratio is shown, and held against the target where `targetsRatio`.
    package init(
        bench: String,
        metric: String,
        value: Double,
        unit: String,
        peer: Double? = nil,
        lessIsBetter: Bool = false,
        target: Target? = nil,
        targetsRatio: Bool = false
    ) {
        self.bench = bench
        self.metric = metric
        self.value = value
        self.unit = unit
        self.peer = peer
        if let peer, peer > 0, value > 0 {
            ratio = lessIsBetter ? peer / value : value / peer
        } else {
            ratio = nil
        }
        self.target = target
        self.targetsRatio = targetsRatio
    }

    /// Whether the target is reached; `nil` where there is none, or nothing to hold against it.
    package var isPassed: Bool? {
        guard let target else { return nil }
        guard targetsRatio else { return target.isReached(by: value) }
        return ratio.map { target.isReached(by: $0) }
    }

    /// One line of JSON: `{"bench","metric","value","unit","peer","ratio","target","pass"}`.
    package var json: String {
        JSONLine.text([
            "bench": .text(bench),
            "metric": .text(metric),
            "value": Self.member(value),
            "unit": .text(unit),
            "peer": Self.member(peer),
            "ratio": Self.member(ratio),
            "target": targetText.map { .text($0) } ?? .none,
            "pass": isPassed.map { .truth($0) } ?? .none,
        ])
    }

    /// The target in words, as in ">= 1 x peer"; `nil` where there is none.
    package var targetText: String? {
        let suffix = targetsRatio ? " x peer" : ""
        return switch target {
        case .atLeast(let least): ">= \(Self.short(least))\(suffix)"
        case .atMost(let most): "<= \(Self.short(most))\(suffix)"
        case nil: nil
        }
    }

    /// A number for a person: four significant digits, thousands apart.
    package static func short(_ value: Double) -> String {
        guard value.isFinite else { return "-" }
        let magnitude = abs(value)
        if magnitude >= 10_000 {
            var digits = String(Int64(value.rounded()))
            var groups: [String] = []
            while digits.count > 3, digits.last?.isNumber == true {
                groups.insert(String(digits.suffix(3)), at: 0)
                digits.removeLast(3)
            }
            return ([digits] + groups).joined(separator: " ")
        }
        let places = magnitude >= 1000 ? 0 : magnitude >= 100 ? 1 : magnitude >= 10 ? 2 : 3
        var text = String(format: "%.\(places)f", value)
        while text.contains("."), text.last == "0" { text.removeLast() }
        if text.last == "." { text.removeLast() }
        return text
    }

    /// A figure with six decimal places, enough for a tenth of a per cent of a nanosecond.
    private static func member(_ value: Double?) -> JSONLine.Value {
        value.map { .decimal($0, digits: 6) } ?? .none
    }
}
