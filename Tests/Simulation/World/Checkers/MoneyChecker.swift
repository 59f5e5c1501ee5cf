internal import Model

/// C3: taken at most what was held, once, and exactly what the trip's end calls for; the provider's own ledger equals
/// ours to the cent; debits equal credits; nothing stays held.
enum MoneyChecker {
    static func findings(_ state: FinalState) -> [String] {
        var findings: [String] = []
        for payment in state.payments {
            findings += paymentFindings(payment, state)
        }
        for booking in state.bookings {
            let due =
                switch booking.state {
                case .closed: booking.price
                case .noShow: booking.absenceFee
                default: Int64(0)
                }
            let captured = state.payments.filter { $0.booking == booking.id }
                .reduce(0) { $0 + $1.captured }
            if captured != due {
                findings.append(
                    "C3: \(booking.id) ended \(booking.state.text), \(due) is due and \(captured) taken"
                )
            }
        }
        return findings + sumFindings(state)
    }

    private static func paymentFindings(
        _ payment: FinalState.Payment,
        _ state: FinalState
    ) -> [String] {
        var findings: [String] = []
        let name = payment.id.description
        if payment.captured > payment.authorised || payment.authorised > payment.amount {
            findings.append(
                "C3: \(name): \(payment.amount) wanted, \(payment.authorised) held, "
                    + "\(payment.captured) taken"
            )
        }
        if payment.captureCount > 1 {
            findings.append("C3: \(name) was taken \(payment.captureCount) times")
        }
        if payment.refunded > payment.captured { findings.append("C3: \(name): refunded too much") }
        if payment.isHolding { findings.append("C3: \(name) still holds") }
        let holds = state.holds.filter { $0.payment == name }
        if holds.count > 1 {
            findings.append("C3: the provider holds \(name) \(holds.count) times")
        }
        if holds.contains(where: { $0.captured > $0.amount }) {
            findings.append("C3: the provider took more of \(name) than it held")
        }
        if holds.contains(where: { $0.isOpen }) {
            findings.append("C3: the provider still holds \(name)")
        }
        let captures = state.captures.filter { $0.payment == name }
        let taken = captures.reduce(0) { $0 + $1.amount }
        if taken != payment.captured {
            findings.append("C3: \(name): the provider took \(taken), we know \(payment.captured)")
        }
        let fee = captures.reduce(0) { $0 + $1.fee }
        if fee != payment.fee {
            findings.append("C3: \(name): the provider's fee is \(fee), we know \(payment.fee)")
        }
        return findings
    }

    private static func sumFindings(_ state: FinalState) -> [String] {
        var findings: [String] = []
        let names = Set(state.payments.map(\.id.description))
        for hold in state.holds where !names.contains(hold.payment) {
            findings.append("C3: the provider knows \(hold.payment), which is no payment of ours")
        }
        if !state.ledger.isSound { findings.append("C3: the ledger does not add up") }
        let taken = state.captures.reduce(0) { $0 + $1.amount }
        let fees = state.captures.reduce(0) { $0 + $1.fee }
        if state.ledger.receivable + state.ledger.fee != taken || state.ledger.fee != fees {
            findings.append(
                "C3: the provider took \(taken) and kept \(fees), our ledger says "
                    + "\(state.ledger.receivable + state.ledger.fee) and \(state.ledger.fee)"
            )
        }
        if state.ledger.hold != 0 {
            findings.append("C3: the ledger still holds \(state.ledger.hold)")
        }
        return findings
    }
}
