internal import DispatchCore
internal import Model

/// C2: a driver has at most one trip and a trip at most one driver at any instant; every step is one of the table's, in
/// a feed without gap or repeat; what is stored is what the last event says.
enum TripChecker {
    static func findings(_ state: FinalState) -> [String] {
        var findings: [String] = []
        var reached: [BookingID: (state: BookingState, sequence: UInt64)] = [:]
        var tripOf: [DriverID: BookingID] = [:]
        var driverOf: [BookingID: DriverID] = [:]
        for event in state.events {
            let before = reached[event.booking] ?? (.quoted, 0)
            if event.sequence != before.sequence + 1 {
                findings.append(
                    "C2: \(event.booking) has event \(event.sequence) after \(before.sequence)"
                )
            }
            if let finding = illegal(event, after: before.state) { findings.append(finding) }
            reached[event.booking] = (event.state, event.sequence)
            if event.step == .offerAccepted, let driver = event.driver {
                if let other = tripOf[driver] {
                    findings.append("C2: \(driver) has both \(other) and \(event.booking)")
                }
                if let other = driverOf[event.booking] {
                    findings.append("C2: \(event.booking) has both \(other) and \(driver)")
                }
                tripOf[driver] = event.booking
                driverOf[event.booking] = driver
            } else if !BookingTable.boundStates.contains(event.state),
                let driver = driverOf.removeValue(forKey: event.booking)
            {
                if tripOf[driver] == event.booking { tripOf[driver] = nil }
            }
        }
        for booking in state.bookings {
            let last = reached[booking.id] ?? (.quoted, 0)
            if last.state != booking.state || last.sequence != booking.sequence {
                findings.append(
                    "C2: \(booking.id) is stored \(booking.state.text) \(booking.sequence), its feed ends "
                        + "\(last.state.text) \(last.sequence)"
                )
            }
        }
        return findings
    }

    private static func illegal(_ event: FinalState.Event, after state: BookingState) -> String? {
        if case .move(let row) = BookingTable.verdict(on: event.step, in: state),
            row.to == event.state, row.actors.contains(event.actor)
        {
            return nil
        }
        return "C2: \(event.booking) went from \(state.text) to \(event.state.text) by "
            + "\(event.step.text) of \(event.actor.text)"
    }
}
