import Foundation
import OperatorBenchmarks
import Testing

@Suite("Benchmark results")
struct BenchmarkResultTests {
    static func result(
        value: Double,
        peer: Double? = nil,
        lessIsBetter: Bool = false,
        target: BenchmarkResult.Target? = nil,
        targetsRatio: Bool = false
    ) -> BenchmarkResult {
        BenchmarkResult(
            bench: "calls",
            metric: "a \"quoted\" one",
            value: value,
            unit: "ns",
            peer: peer,
            lessIsBetter: lessIsBetter,
            target: target,
            targetsRatio: targetsRatio
        )
    }

    @Test("a ratio above one is better, whichever way the unit goes")
    func ratio() {
        #expect(Self.result(value: 200, peer: 100).ratio == 2)
        #expect(Self.result(value: 100, peer: 200, lessIsBetter: true).ratio == 2)
        #expect(Self.result(value: 100).ratio == nil)
        #expect(Self.result(value: 100, peer: 0).ratio == nil)
    }

    @Test("a target is reached at its limit and missed beyond it")
    func target() {
        #expect(Self.result(value: 5, target: .atMost(5)).isPassed == true)
        #expect(Self.result(value: 5.01, target: .atMost(5)).isPassed == false)
        #expect(Self.result(value: 5, target: .atLeast(5)).isPassed == true)
        #expect(Self.result(value: 4.99, target: .atLeast(5)).isPassed == false)
        #expect(Self.result(value: 5).isPassed == nil)
    }

    @Test("a target of the ratio without a peer is neither reached nor missed")
    func ratioTarget() {
        let with = Self.result(value: 90, peer: 100, target: .atLeast(0.9), targetsRatio: true)
        #expect(with.isPassed == true)
        let without = Self.result(value: 90, target: .atLeast(0.9), targetsRatio: true)
        #expect(without.isPassed == nil)
    }

    @Test("the line of JSON has the eight members and survives quotes")
    func json() throws {
        let line = Self.result(value: 5, target: .atMost(5)).json
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
        )
        #expect(
            Set(object.keys) == [
                "bench", "metric", "value", "unit", "peer", "ratio", "target", "pass",
            ]
        )
        #expect(object["metric"] as? String == "a \"quoted\" one")
        #expect(object["pass"] as? Bool == true)
        #expect(object["peer"] is NSNull)
    }

    @Test(
        "numbers are short",
        arguments: [
            (1_234_567, "1 234 567"), (10_000, "10 000"), (1234.5, "1234"), (123.45, "123.5"),
            (12.345, "12.35"), (1.5, "1.5"), (0.0006, "0.001"), (3, "3"), (0, "0"),
        ]
    )
    func numbers(value: Double, text: String) {
        #expect(BenchmarkResult.short(value) == text)
    }

    @Test(
        "the median is the middle, or the mean of the middle two",
        arguments: [
            ([3, 1, 2], 2), ([4, 1, 2, 3], 2.5), ([7], 7), ([], 0),
        ] as [([Double], Double)]
    )
    func median(values: [Double], expected: Double) {
        #expect(BenchmarkContext.median(of: values) == expected)
    }

    @Test("the table's columns are aligned and say what was reached")
    func table() {
        let table = BenchmarkTable.render([
            Self.result(value: 5, target: .atMost(5)),
            Self.result(value: 1_000_000, peer: 500_000, target: .atLeast(3), targetsRatio: true),
        ])
        let lines = table.split(separator: "\n")
        #expect(lines.count == 4)
        #expect(Set(lines.map(\.count)).count == 1)
        #expect(lines[2].contains("reached"))
        #expect(lines[3].contains("missed"))
    }
}
