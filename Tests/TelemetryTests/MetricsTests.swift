import Testing

@testable import Telemetry

@Suite("Metrics")
struct MetricsTests {
    private enum Reason: String, CaseIterable, Sendable {
        case range
        case sequence
    }

    @Test("the text has help and type once a family, then its samples")
    func text() {
        let registry = MetricsRegistry()
        let range = registry.counter(
            "nexors_sample_refusals_total",
            "Fixes refused.",
            labels: [("reason", "range")]
        )
        let open = registry.gauge("nexors_sample_open_connections", "Open now.")
        let late = registry.counter(
            "nexors_sample_refusals_total",
            "Fixes refused.",
            labels: [("reason", "late \"x\"\\\n")]
        )
        registry.gauge("nexors_sample_queue_items", "Waiting.") { 7 }
        range.increment()
        range.increment(by: 4)
        late.increment()
        open.set(5)
        open.add(-7)
        #expect(
            registry.prometheusText() == """
                # HELP nexors_sample_refusals_total Fixes refused.
                # TYPE nexors_sample_refusals_total counter
                nexors_sample_refusals_total{reason="range"} 5
                nexors_sample_refusals_total{reason="late \\"x\\"\\\\\\n"} 1
                # HELP nexors_sample_open_connections Open now.
                # TYPE nexors_sample_open_connections gauge
                nexors_sample_open_connections -2
                # HELP nexors_sample_queue_items Waiting.
                # TYPE nexors_sample_queue_items gauge
                nexors_sample_queue_items 7

                """
        )
    }

    @Test("a histogram counts a bound into its own bucket and what is above into the next")
    func histogram() {
        let registry = MetricsRegistry()
        let histogram = registry.histogram(
            "nexors_sample_call_seconds",
            "Calls.",
            labels: [("method", "m")],
            bounds: [.milliseconds(1), .milliseconds(10)]
        )
        histogram.record(.milliseconds(1))
        histogram.record(.nanoseconds(1_000_001))
        histogram.record(.seconds(2))
        #expect(histogram.counts == [1, 1, 1])
        #expect(
            registry.prometheusText() == """
                # HELP nexors_sample_call_seconds Calls.
                # TYPE nexors_sample_call_seconds histogram
                nexors_sample_call_seconds_bucket{method="m",le="0.001"} 1
                nexors_sample_call_seconds_bucket{method="m",le="0.01"} 2
                nexors_sample_call_seconds_bucket{method="m",le="+Inf"} 3
                nexors_sample_call_seconds_sum{method="m"} 2.002000001
                nexors_sample_call_seconds_count{method="m"} 3

                """
        )
    }

    @Test("a histogram of bytes shows whole numbers")
    func byteHistogram() {
        let registry = MetricsRegistry()
        let histogram = registry.histogram(
            "nexors_sample_frame_bytes",
            "Frames.",
            unit: .bytes,
            bounds: [64, 1024]
        )
        histogram.record(64)
        histogram.record(2000)
        #expect(registry.prometheusText().contains("nexors_sample_frame_bytes_sum 2064\n"))
        #expect(registry.prometheusText().contains("le=\"1024\"} 1\n"))
    }

    @Test("a set has one counter for each case")
    func counterSet() {
        let registry = MetricsRegistry()
        let refusals = registry.counters(
            "nexors_sample_refusals_total",
            "Refused.",
            by: "reason",
            Reason.self
        )
        refusals[.sequence].increment(by: 3)
        #expect(refusals[.range].value == 0)
        #expect(registry.prometheusText().contains("total{reason=\"sequence\"} 3\n"))
    }

    @Test(
        "names have our prefix and end in their unit",
        arguments: [
            ("nexors_a_total", "counter", true), ("nexors_a_seconds", "histogram", true),
            ("nexors_a_bytes", "gauge", true), ("nexors_a", "counter", false),
            ("nexors_a_total", "gauge", false), ("a_total", "counter", false),
            ("nexors_A_total", "counter", false), ("nexors_a-b_total", "counter", false),
            ("nexors_a_milliseconds", "histogram", false), ("nexors_é_total", "counter", false),
        ]
    )
    func names(name: String, kind: String, isValid: Bool) {
        #expect(MetricsRegistry.isValid(name, kind) == isValid)
    }

    @Test("nothing is lost when many count at once")
    func concurrency() async {
        let counter = Counter()
        let histogram = Histogram()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    for _ in 0..<10_000 {
                        counter.increment()
                        histogram.record(.milliseconds(3))
                    }
                }
            }
        }
        #expect(counter.value == 40_000)
        #expect(histogram.counts.reduce(0, +) == 40_000)
        #expect(histogram.sum == 40_000 * 3_000_000)
    }

    @Test(
        "a value is shown in its unit without trailing zeros",
        arguments: [
            (Int64(0), "0"), (1, "0.000000001"), (2_500_000, "0.0025"), (1_000_000_000, "1"),
            (-1_500_000_000, "-1.5"), (.max, "9223372036.854775807"),
        ]
    )
    func decimals(value: Int64, text: String) {
        #expect(PrometheusText.decimal(value, .seconds) == text)
    }
}
