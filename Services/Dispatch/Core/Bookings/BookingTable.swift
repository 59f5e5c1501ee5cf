package import Model

/// The life of a booking and its trip: which step leads from which state to which, on whose word, and
/// what it sets in motion. The only place that knows; documents and the API's enumeration are tested against it.
package enum BookingTable {
    /// One line: a step that leads from any of some states to one state.
    package struct Row: Hashable, Sendable {
        /// What happens.
        package let step: BookingStep
        /// Where it may happen.
        package let from: [BookingState]
        /// Where it leads.
        package let to: BookingState
        /// Who may say so.
        package let actors: [BookingActor]
        /// What follows, in this order.
        package let consequences: [BookingConsequence]
        /// States in which the step is old news: said again, or overtaken by something that already settled
        /// its consequences. It is acknowledged and changes nothing.
        package let acknowledgedIn: [BookingState]
    }

    /// What the table says to a step in a state.
    package enum Verdict: Hashable, Sendable {
        /// Legal: this line applies.
        case move(Row)
        /// Old news: acknowledge, change nothing.
        case acknowledge(Row)
        /// Not legal here.
        case illegal
    }

    /// States in which a driver is bound to the trip.
    package static let boundStates: [BookingState] = [.assigned, .enRoute, .arrived, .onTrip]

    /// States that nothing leaves.
    package static let finalStates: [BookingState] = [
        .closed, .noShow, .cancelled, .rejected, .unfulfilled, .failed,
    ]

    /// States with the passenger not yet on board, in which calling off is still possible.
    private static let callable: [BookingState] = [
        .requested, .confirmed, .assigned, .enRoute, .arrived,
    ]

    /// The lines, in the order of a good trip and then of everything else.
    package static let rows: [Row] = paymentRows + offerRows + tripRows + endingRows

    private static let paymentRows = [
        Row(
            step: .requested,
            from: [.quoted],
            to: .requested,
            actors: [.partner],
            consequences: [.publish, .authorise],
            // A retry may find the booking anywhere on its way; `Market` has compared the content.
            acknowledgedIn: BookingState.allCases.filter { $0 != .quoted && $0 != .rejected }
        ),
        Row(
            step: .rejected,
            from: [.quoted],
            to: .rejected,
            actors: [.dispatch],
            consequences: [.publish],
            acknowledgedIn: []
        ),
        // After a cancellation the hold may still be reported: its release is already on the way behind it.
        Row(
            step: .authorised,
            from: [.requested],
            to: .confirmed,
            actors: [.payments],
            consequences: [.publish, .search],
            acknowledgedIn: [
                .confirmed, .assigned, .enRoute, .arrived, .onTrip, .completed, .closed, .noShow,
                .cancelled, .unfulfilled, .failed,
            ]
        ),
        Row(
            step: .authorisationDeclined,
            from: [.requested],
            to: .failed,
            actors: [.payments],
            consequences: [.publish],
            acknowledgedIn: [.failed, .cancelled]
        ),
        Row(
            step: .authorisationExpired,
            from: [.requested],
            to: .failed,
            actors: [.dispatch],
            consequences: [.publish, .void],
            acknowledgedIn: [.failed]
        ),
    ]

    private static let offerRows = [
        Row(
            step: .offerOpened,
            from: [.confirmed],
            to: .confirmed,
            actors: [.dispatch],
            consequences: [.showOffer],
            acknowledgedIn: []
        ),
        Row(
            step: .offerDeclined,
            from: [.confirmed],
            to: .confirmed,
            actors: [.driver],
            consequences: [.excludeDriver, .releaseDriver, .search],
            acknowledgedIn: []
        ),
        Row(
            step: .offerExpired,
            from: [.confirmed],
            to: .confirmed,
            actors: [.dispatch],
            consequences: [.withdraw, .excludeDriver, .releaseDriver, .search],
            acknowledgedIn: []
        ),
        Row(
            step: .offerAccepted,
            from: [.confirmed],
            to: .assigned,
            actors: [.driver],
            consequences: [.bindDriver, .publish],
            acknowledgedIn: boundStates
        ),
    ]

    private static let tripRows = [
        Row(
            step: .driverEnRoute,
            from: [.assigned],
            to: .enRoute,
            actors: [.driver, .fleet],
            consequences: [.publish],
            acknowledgedIn: [.enRoute, .arrived, .onTrip, .completed, .closed]
        ),
        Row(
            step: .driverArrived,
            from: [.enRoute],
            to: .arrived,
            actors: [.driver, .fleet],
            consequences: [.publish],
            acknowledgedIn: [.arrived, .onTrip, .completed, .closed]
        ),
        Row(
            step: .passengerBoarded,
            from: [.arrived],
            to: .onTrip,
            actors: [.driver, .fleet],
            consequences: [.publish],
            acknowledgedIn: [.onTrip, .completed, .closed]
        ),
        Row(
            step: .tripCompleted,
            from: [.onTrip],
            to: .completed,
            actors: [.driver, .fleet],
            consequences: [.withdraw, .releaseDriver, .publish, .capture, .recordUsage],
            acknowledgedIn: [.completed, .closed]
        ),
        Row(
            step: .contactLost,
            from: [.onTrip],
            to: .onTrip,
            actors: [.dispatch],
            consequences: [.markAtRisk, .publish],
            acknowledgedIn: []
        ),
        Row(
            step: .contactRegained,
            from: [.onTrip],
            to: .onTrip,
            actors: [.dispatch],
            consequences: [.publish],
            acknowledgedIn: []
        ),
        Row(
            step: .captured,
            from: [.completed],
            to: .closed,
            actors: [.payments],
            consequences: [.publish],
            acknowledgedIn: [.closed, .noShow]
        ),
        Row(
            step: .captureFailed,
            from: [.completed],
            to: .completed,
            actors: [.payments],
            consequences: [.publish],
            acknowledgedIn: [.closed, .noShow]
        ),
    ]

    private static let endingRows = [
        Row(
            step: .driverWithdrawn,
            from: [.assigned, .enRoute, .arrived],
            to: .confirmed,
            actors: [.driver, .fleet],
            consequences: [.withdraw, .excludeDriver, .releaseDriver, .publish, .search],
            acknowledgedIn: []
        ),
        Row(
            step: .driverLost,
            from: [.assigned, .enRoute],
            to: .confirmed,
            actors: [.dispatch, .fleet],
            consequences: [.withdraw, .excludeDriver, .releaseDriver, .publish, .search],
            acknowledgedIn: []
        ),
        Row(
            step: .passengerAbsent,
            from: [.arrived],
            to: .noShow,
            actors: [.driver, .fleet],
            consequences: [.withdraw, .releaseDriver, .publish, .settleAbsence],
            acknowledgedIn: [.noShow]
        ),
        Row(
            step: .cancelled,
            from: callable,
            to: .cancelled,
            actors: [.partner, .fleet],
            consequences: [.withdraw, .releaseDriver, .publish, .void],
            acknowledgedIn: [.cancelled]
        ),
        Row(
            step: .patienceEnded,
            from: [.confirmed],
            to: .unfulfilled,
            actors: [.dispatch],
            consequences: [.withdraw, .releaseDriver, .publish, .void],
            acknowledgedIn: [.unfulfilled]
        ),
        Row(
            step: .abandoned,
            from: callable + [.onTrip],
            to: .failed,
            actors: [.fleet],
            consequences: [.withdraw, .releaseDriver, .publish, .void],
            acknowledgedIn: [.failed]
        ),
    ]

    /// The lines by step and state, so that a verdict is one load.
    private static let verdicts: [Verdict] = {
        var verdicts = [Verdict](
            repeating: .illegal,
            count: (BookingStep.allCases.count + 1) * stateStride
        )
        for row in rows {
            for state in row.acknowledgedIn {
                verdicts[index(row.step, state)] = .acknowledge(row)
            }
            for state in row.from { verdicts[index(row.step, state)] = .move(row) }
        }
        return verdicts
    }()

    /// Raw values of states start at 1 and have no holes (a test holds them to it).
    private static let stateStride = BookingState.allCases.count + 1

    private static func index(_ step: BookingStep, _ state: BookingState) -> Int {
        Int(step.rawValue) * stateStride + Int(state.rawValue)
    }

    /// What the table says to `step` in `state`.
    ///
    /// - Complexity: O(1).
    package static func verdict(on step: BookingStep, in state: BookingState) -> Verdict {
        verdicts[index(step, state)]
    }
}
