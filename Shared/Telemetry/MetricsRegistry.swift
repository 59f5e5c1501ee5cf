internal import Synchronization

/// All metrics of a program, and their text for Prometheus.
///
/// Metrics are made once, at start, each with its label values; what runs hot holds the metric itself. Names are in
/// lower case with underscores, start with `nexors_` and end in their unit. A name that is not so, or is
/// made twice with the same labels, is a fault of ours and ends the program.
package final class MetricsRegistry: Sendable {
    /// The endings that names have, besides `_total` of counters.
    package static let unitEndings = [
        "seconds", "bytes", "ratio", "info", "connections", "streams", "items", "records", "lines",
        "vehicles", "drivers", "trips", "offers", "bookings", "commands", "tasks", "files",
    ]

    /// Label names and values in the order to show.
    package typealias Labels = [(name: StaticString, value: String)]

    private enum Source: Sendable {
        case counter(Counter)
        case gauge(Gauge)
        case reading(@Sendable () -> Int64)
        case histogram(Histogram)
    }

    private struct Family: Sendable {
        let name: String
        let help: String
        let kind: String
        /// With the text of their labels, `a="b",c="d"`.
        var members: [(labels: String, source: Source)]
    }

    private let families = Mutex<[Family]>([])

    /// A registry without metrics.
    package init() {}

    /// Makes a counter; `name` ends in `_total`.
    package func counter(
        _ name: StaticString,
        _ help: StaticString,
        labels: Labels = []
    ) -> Counter {
        let counter = Counter()
        register(name, help, "counter", labels, .counter(counter))
        return counter
    }

    /// Makes a counter for each case of `Label`; `name` ends in `_total`.
    package func counters<Label>(
        _ name: StaticString,
        _ help: StaticString,
        by label: StaticString,
        _: Label.Type = Label.self
    ) -> CounterSet<Label> {
        CounterSet { value in
            counter(name, help, labels: [(label, value.rawValue)])
        }
    }

    /// Makes a gauge; `name` ends in a unit.
    package func gauge(_ name: StaticString, _ help: StaticString, labels: Labels = []) -> Gauge {
        let gauge = Gauge()
        register(name, help, "gauge", labels, .gauge(gauge))
        return gauge
    }

    /// Makes a gauge that is read when somebody looks; `read` is called on the thread that writes the text.
    package func gauge(
        _ name: StaticString,
        _ help: StaticString,
        labels: Labels = [],
        read: @escaping @Sendable () -> Int64
    ) {
        register(name, help, "gauge", labels, .reading(read))
    }

    /// Makes a histogram of lengths of time; `name` ends in `_seconds`.
    package func histogram(
        _ name: StaticString,
        _ help: StaticString,
        labels: Labels = [],
        bounds: [Duration] = Histogram.latencyBounds
    ) -> Histogram {
        let histogram = Histogram(bounds: bounds)
        register(name, help, "histogram", labels, .histogram(histogram))
        return histogram
    }

    /// Makes a histogram of whole numbers; `name` ends in a unit.
    package func histogram(
        _ name: StaticString,
        _ help: StaticString,
        labels: Labels = [],
        unit: Histogram.Unit,
        bounds: [Int64]
    ) -> Histogram {
        let histogram = Histogram(unit: unit, bounds: bounds)
        register(name, help, "histogram", labels, .histogram(histogram))
        return histogram
    }

    private func register(
        _ name: StaticString,
        _ help: StaticString,
        _ kind: String,
        _ labels: Labels,
        _ source: Source
    ) {
        let name = name.description
        precondition(Self.isValid(name, kind), "\(name) is not named as a \(kind) is.")
        let text = labels.map { "\($0.name)=\"\(PrometheusText.escape($0.value))\"" }
            .joined(separator: ",")
        families.withLock { families in
            guard let index = families.firstIndex(where: { $0.name == name }) else {
                families.append(
                    Family(
                        name: name,
                        help: help.description,
                        kind: kind,
                        members: [(text, source)]
                    )
                )
                return
            }
            precondition(
                families[index].kind == kind
                    && !families[index].members.contains { $0.labels == text },
                "\(name){\(text)} is there already."
            )
            families[index].members.append((text, source))
        }
    }

    /// Whether `name` may name a metric of `kind` ("counter", "gauge", "histogram").
    static func isValid(_ name: String, _ kind: String) -> Bool {
        let isPlain = name.utf8.allSatisfy {
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: "_")
        }
        guard isPlain, name.hasPrefix("nexors_") else { return false }
        return kind == "counter"
            ? name.hasSuffix("_total") : unitEndings.contains { name.hasSuffix("_" + $0) }
    }

    /// All metrics in the Prometheus text format (version 0.0.4), families in the order of their making.
    package func prometheusText() -> String {
        var text = PrometheusText()
        for family in families.withLock({ $0 }) {
            text.appendHead(family.name, help: family.help, kind: family.kind)
            for (labels, source) in family.members {
                switch source {
                case .counter(let counter): text.append(family.name, labels, "\(counter.value)")
                case .gauge(let gauge): text.append(family.name, labels, "\(gauge.value)")
                case .reading(let read): text.append(family.name, labels, "\(read())")
                case .histogram(let histogram): text.append(family.name, labels, histogram)
                }
            }
        }
        return text.text
    }
}

/// A counter for each case of an enumeration: refusals by reason, calls by outcome.
package struct CounterSet<Label: CaseIterable & RawRepresentable & Hashable & Sendable>: Sendable
where Label.RawValue == String {
    private let counters: [Label: Counter]
    private let spare = Counter()

    init(make: (Label) -> Counter) {
        counters = Dictionary(
            Label.allCases.map { ($0, make($0)) },
            uniquingKeysWith: { first, _ in first }
        )
    }

    /// The counter of `label`. Hot paths keep it.
    package subscript(label: Label) -> Counter { counters[label] ?? spare }
}
