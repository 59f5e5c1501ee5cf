package import Timekeeping

/// What a replay came to: counts read back from the interface, the ledger and the provider, beside what the reference
/// model says.
package struct ReplayReport: Sendable {
    /// Cabs on duty.
    package var cabCount = 0
    /// Rides that were asked for.
    package var requestCount = 0
    /// Bookings by the state that the interface shows.
    package var states: [String: Int] = [:]
    /// Requests that got no booking.
    package var failureCount = 0
    /// What the last of them heard; empty where none failed.
    package var lastFailure = ""
    /// The business moment of the window's first second.
    package var zero: WallTime?
    /// Seconds of business time from request to arrival at the pickup, of those who were served.
    package var waits = Distribution([])
    /// The same of `replay.py`'s policy `edge`, whose figures `ReplayReference` gives to the digit.
    package var referenceWaits = Distribution([])
    /// Milliseconds of `POST /v1/bookings`.
    package var latencies = Distribution([])
    /// Positions that the cabs sent.
    package var sentUpdateCount = 0
    /// Positions that ingest took meanwhile, of all fleets.
    package var takenUpdateCount = 0
    /// Positions that ingest refused.
    package var refusedUpdateCount = 0
    /// Connections that cabs had to open anew.
    package var reconnectCount = 0
    /// How long the run took, real seconds.
    package var seconds = 0.0
    /// What the interface says was captured, minor units.
    package var capturedMinorUnits: Int64 = 0
    /// What the provider says was captured of these bookings, minor units; `nil` where it did not answer.
    package var providerMinorUnits: Int64?
    /// What the ledger says came in, minor units; `nil` where it did not answer.
    package var ledgerMinorUnits: Int64?
    /// Whether the ledger's debits equal its credits.
    package var isLedgerBalanced: Bool?

    /// Whether business time runs at real speed again.
    package var isClockReset = false

    /// Nothing yet.
    package init() {}

    /// Bookings that were driven to their end.
    package var servedCount: Int { Self.servedStates.reduce(0) { $0 + (states[$1] ?? 0) } }
    /// The states of a ride that was driven to its end.
    package static let servedStates: Set<String> = ["completed", "closed"]
    /// The share of requests that were served, 0 ... 100.
    package var servedPercent: Double? {
        requestCount == 0 ? nil : 100 * Double(servedCount) / Double(requestCount)
    }
    /// The mean wait over the reference model's.
    package var waitRatio: Double? {
        guard let own = waits.mean, let reference = referenceWaits.mean, reference > 0 else {
            return nil
        }
        return own / reference
    }

    /// Whether interface, ledger and provider agree to the minor unit.
    package var isMoneyInOrder: Bool {
        isLedgerBalanced == true && providerMinorUnits == capturedMinorUnits
            && ledgerMinorUnits == capturedMinorUnits
    }

    /// What the command leaves with: 0 only where every request got a booking, the money agrees, and business time runs
    /// at real speed again.
    package var exit: OperatorExit {
        isMoneyInOrder && failureCount == 0 && isClockReset ? .ok : .failed
    }

    /// Each figure with its name in JSON, its name for people, its value and unit.
    private var figures: [(name: String, title: String, value: Double?, digits: Int, unit: String)]
    {
        [
            ("cabs", "cabs on duty", Double(cabCount), 0, ""),
            ("requests", "requests", Double(requestCount), 0, ""),
            ("served", "served", Double(servedCount), 0, ""),
            ("served_share", "served share", servedPercent, 1, "%"),
            ("unfulfilled", "riders who left", Double(states["unfulfilled"] ?? 0), 0, ""),
            ("failed", "requests without booking", Double(failureCount), 0, ""),
            ("wait_mean", "wait, mean", waits.mean, 0, "s"),
            ("wait_p95", "wait, p95", waits.percentile(95), 0, "s"),
            ("wait_mean_reference", "wait, mean of replay.py's edge", referenceWaits.mean, 0, "s"),
            ("wait_ratio", "wait over edge's", waitRatio, 3, ""),
            ("updates_sent", "positions sent", Double(sentUpdateCount), 0, ""),
            ("updates_taken", "positions taken by ingest", Double(takenUpdateCount), 0, ""),
            ("updates_refused", "positions refused", Double(refusedUpdateCount), 0, ""),
            (
                "updates_per_second", "positions a second",
                seconds > 0 ? Double(takenUpdateCount) / seconds : nil, 0, "/s"
            ),
            ("reconnects", "connections opened anew", Double(reconnectCount), 0, ""),
            ("booking_p50", "booking latency, p50", latencies.percentile(50), 1, "ms"),
            ("booking_p95", "booking latency, p95", latencies.percentile(95), 1, "ms"),
            ("booking_p99", "booking latency, p99", latencies.percentile(99), 1, "ms"),
            ("seconds", "real time", seconds, 0, "s"),
        ]
    }

    /// The table for people.
    package var lines: [String] {
        var table = TextTable(["figure", "value", ""], [.left, .right, .left])
        for figure in figures {
            table.add([figure.title, Figures.decimal(figure.value, figure.digits), figure.unit])
        }
        for (state, count) in states.sorted(by: { $0.key < $1.key }) {
            table.add(["bookings \(state)", String(count)])
        }
        let money = { (units: Int64?) in
            units.map { Figures.money($0, FleetPlan.currency) } ?? "unknown"
        }
        table.add(["captured, by the API", money(capturedMinorUnits)])
        table.add(["captured, by the provider", money(providerMinorUnits)])
        table.add(["captured, by the ledger", money(ledgerMinorUnits)])
        table.add(["ledger balanced", isLedgerBalanced.map { $0 ? "yes" : "NO" } ?? "unknown"])
        table.add(["the three agree", isMoneyInOrder ? "yes" : "NO"])
        return table.lines
    }

    /// One object a figure, for programs.
    package var jsonLines: [String] {
        var lines = figures.map { figure in
            JSONLine.text([
                "metric": .text(figure.name),
                "value": figure.value.map { .decimal($0, digits: figure.digits) } ?? .none,
                "unit": .text(figure.unit),
            ])
        }
        for (state, count) in states.sorted(by: { $0.key < $1.key }) {
            lines.append(
                JSONLine.text([
                    "metric": .text("bookings_\(state)"), "value": .whole(count), "unit": .text(""),
                ])
            )
        }
        let money: [(String, Int64?)] = [
            ("captured_api", capturedMinorUnits), ("captured_provider", providerMinorUnits),
            ("captured_ledger", ledgerMinorUnits),
        ]
        for (name, units) in money {
            lines.append(
                JSONLine.text([
                    "metric": .text(name),
                    "value": units.map { .whole(Int($0)) } ?? .none,
                    "unit": .text("minor units \(FleetPlan.currency)"),
                ])
            )
        }
        lines.append(
            JSONLine.text([
                "metric": .text("money_in_order"), "value": .truth(isMoneyInOrder),
                "unit": .text(""),
            ])
        )
        return lines
    }
}
