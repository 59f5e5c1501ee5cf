internal import DispatchCore
internal import Model

/// C1: what was acknowledged is there exactly once, what was refused is not, what is unknown at most once.
enum BookingChecker {
    static func findings(_ history: History, _ state: FinalState) -> [String] {
        partnerFindings(history, state) + cancelFindings(history, state)
            + driverFindings(history, state) + followFindings(state)
    }

    private static func partnerFindings(_ history: History, _ state: FinalState) -> [String] {
        var findings: [String] = []
        for act in history.partners where act.kind == .book {
            let made = state.bookings.filter { $0.reference == act.key }
            switch act.outcome {
            case .done:
                if made.isEmpty { findings.append("C1: \(act.key) was acknowledged and is lost") }
                if let id = act.booking, let one = made.first,
                    !made.contains(where: { $0.id == id })
                {
                    findings.append("C1: \(act.key) was acknowledged as \(id) and is \(one.id)")
                }
            case .refused:
                if !made.isEmpty { findings.append("C1: \(act.key) was refused and is there") }
            case .unknown, .pending: break
            }
            if made.count > 1 { findings.append("C1: \(act.key) is there \(made.count) times") }
        }
        var keyOfQuote: [String: String] = [:]
        for act in history.partners where act.kind == .book && act.outcome == .done {
            if let other = keyOfQuote.updateValue(act.key, forKey: act.quote), !act.quote.isEmpty {
                findings.append("C1: \(act.key) and \(other) were both made of one quote")
            }
        }
        let known = Set(history.partners.filter { $0.kind == .book }.map(\.key))
        for booking in state.bookings where !known.contains(booking.reference) {
            findings.append("C1: \(booking.id) was asked for by nobody")
        }
        return findings
    }

    private static func cancelFindings(_ history: History, _ state: FinalState) -> [String] {
        var findings: [String] = []
        for act in history.partners where act.kind == .cancel {
            guard let id = act.booking else { continue }
            let count = state.events.count {
                $0.booking == id && $0.step == .cancelled && $0.actor == .partner
            }
            if act.outcome == .done, count != 1 {
                findings.append("C1: \(act.key) was acknowledged and happened \(count) times")
            }
            if act.outcome == .refused, count > 0 {
                findings.append("C1: \(act.key) was refused and happened")
            }
        }
        return findings
    }

    /// What a driver and a trip have in common.
    private struct Saying: Hashable {
        let driver: DriverID
        let booking: BookingID
        let step: BookingStep
    }

    private static func driverFindings(_ history: History, _ state: FinalState) -> [String] {
        var happened: [Saying: Int] = [:]
        for event in state.events where event.actor == .driver {
            guard let driver = event.driver else { continue }
            happened[
                Saying(driver: driver, booking: event.booking, step: event.step),
                default: 0
            ] +=
                1
        }
        var order: [Saying] = []
        var said: [Saying: (done: Int, maybe: Int)] = [:]
        for act in history.drivers where act.step != .offerDeclined {
            let saying = Saying(driver: act.driver, booking: act.booking, step: act.step)
            if said[saying] == nil { order.append(saying) }
            var counts = said[saying] ?? (0, 0)
            if act.outcome == .done { counts.done += 1 }
            if act.outcome != .refused { counts.maybe += 1 }
            said[saying] = counts
        }
        var findings: [String] = []
        for saying in order {
            let (done, maybe) = said[saying] ?? (0, 0)
            let count = happened[saying] ?? 0
            let what = "\(saying.step.text) of \(saying.booking) by \(saying.driver)"
            if done > 0, count == 0 {
                findings.append("C1: \(what) was acknowledged and did not happen")
            }
            // Said again, and acknowledged as old news, it still happened once; but not without being said.
            if count > maybe, !(saying.step == .driverEnRoute && count == 1) {
                findings.append("C1: \(what) was acknowledged \(maybe) times, happened \(count)")
            }
        }
        return findings
    }

    /// A booking's effects at the other services.
    private static func followFindings(_ state: FinalState) -> [String] {
        var findings: [String] = []
        for booking in state.bookings {
            let payments = state.payments.filter { $0.booking == booking.id }
            if payments.count != 1 {
                findings.append("C1: \(booking.id) has \(payments.count) payments")
            }
            let usage = state.usage.count { $0 == booking.id }
            let wanted = booking.state == .closed ? 1 : 0
            if usage != wanted {
                findings.append(
                    "C1: \(booking.id) ended \(booking.state.text) and is billed \(usage) times"
                )
            }
        }
        let ids = Set(state.bookings.map(\.id))
        for payment in state.payments where !ids.contains(payment.booking) {
            findings.append("C1: \(payment.id) is for a booking that there is not")
        }
        return findings
    }
}
