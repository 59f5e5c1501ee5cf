internal import Model

/// C1 at the edge: partners are shown what is stored, were told the same each time, and what the operator wanted has
/// arrived.
enum GatewayChecker {
    static func findings(_ history: History, _ state: FinalState) -> [String] {
        var findings = history.findings
        for shown in state.shown {
            guard let stored = state.bookings.first(where: { $0.id == shown.booking }) else {
                findings.append("C1: \(shown.booking) is shown and not there")
                continue
            }
            if stored.state.text != shown.state || shown.tag != "\"\(stored.sequence)\"" {
                findings.append(
                    "C1: \(shown.booking) is \(stored.state.text) \(stored.sequence) and shown as "
                        + "\(shown.state) \(shown.tag)"
                )
            }
        }
        if state.steps.isEmpty { findings.append("C1: what the operator wanted last is lost") }
        for step in state.steps where !step.isDelivered {
            findings.append("C1: \(step.what) has not arrived")
        }
        return findings
    }
}
