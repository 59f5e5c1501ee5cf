/// Writes the Prometheus text format, version 0.0.4.
struct PrometheusText {
    private(set) var text = ""

    /// The lines that introduce a family.
    mutating func appendHead(_ name: String, help: String, kind: String) {
        let escaped = help.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
        text += "# HELP \(name) \(escaped)\n# TYPE \(name) \(kind)\n"
    }

    /// One sample.
    mutating func append(_ name: String, _ labels: String, _ value: String) {
        text += labels.isEmpty ? "\(name) \(value)\n" : "\(name){\(labels)} \(value)\n"
    }

    /// The samples of a histogram: cumulative buckets, sum and count.
    mutating func append(_ name: String, _ labels: String, _ histogram: Histogram) {
        // Read once, so that the count is that of the last bucket whatever is recorded meanwhile.
        let counts = histogram.counts
        let prefix = labels.isEmpty ? "" : labels + ","
        var cumulative: UInt64 = 0
        for (index, count) in counts.enumerated() {
            cumulative &+= count
            let bound =
                index < histogram.bounds.count
                ? Self.decimal(histogram.bounds[index], histogram.unit) : "+Inf"
            append("\(name)_bucket", "\(prefix)le=\"\(bound)\"", "\(cumulative)")
        }
        append("\(name)_sum", labels, Self.decimal(histogram.sum, histogram.unit))
        append("\(name)_count", labels, "\(cumulative)")
    }

    /// A value in its unit: nanoseconds become seconds, without trailing zeros.
    static func decimal(_ value: Int64, _ unit: Histogram.Unit) -> String {
        guard unit == .seconds else { return "\(value)" }
        let fraction = String(value.magnitude % 1_000_000_000)
        var digits = String(repeating: "0", count: 9 - fraction.count) + fraction
        while digits.hasSuffix("0") { digits.removeLast() }
        let whole = "\(value < 0 ? "-" : "")\(value.magnitude / 1_000_000_000)"
        return digits.isEmpty ? whole : "\(whole).\(digits)"
    }

    /// A label's value between its quotes.
    static func escape(_ value: String) -> String {
        value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing(
            "\n",
            with: "\\n"
        )
    }
}
