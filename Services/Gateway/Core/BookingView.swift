package import Messages
package import Model
internal import Timekeeping

/// What the gateway knows of one booking: dispatch's last snapshot, moved on by the events that follow it.
///
/// Events carry what changes often. What an event lacks (a new driver's name, the explanation of the choice)
/// makes the view incomplete, and the caller reads the snapshot anew.
package struct BookingView: Hashable, Sendable {
    /// The booking as it stands after event `snapshot.sequence`.
    package private(set) var snapshot: BookingSnapshot

    /// What an update did to the view.
    package enum Outcome: Hashable, Sendable {
        /// The view stands after the event.
        case applied
        /// The driver's position alone has changed.
        case moved
        /// The view knew it already.
        case known
        /// Something between is missing, or the event does not tell all: read the snapshot.
        case incomplete
    }

    /// The view of a snapshot.
    package init(_ snapshot: BookingSnapshot) {
        self.snapshot = snapshot
    }

    /// Moves the view on by one update of the booking's stream.
    package mutating func apply(_ update: BookingUpdate) -> Outcome {
        switch update.kind.known {
        case .step: return applyStep(update)
        case .position:
            guard update.sequence >= snapshot.sequence, !update.driverPositionAt.isNone else {
                return .known
            }
            guard update.driverPositionAt >= snapshot.driverPositionAt else { return .known }
            move(update)
            return .moved
        case .caughtUp, nil: return .known
        }
    }

    private mutating func applyStep(_ update: BookingUpdate) -> Outcome {
        guard update.sequence > snapshot.sequence else { return .known }
        guard
            update.sequence == snapshot.sequence + 1, update.driver == snapshot.driver,
            update.trip == snapshot.trip, update.vehicle == snapshot.vehicle
        else { return .incomplete }
        snapshot.sequence = update.sequence
        snapshot.updatedAt = update.at
        snapshot.state = update.state
        snapshot.reason = update.reason
        snapshot.actor = update.actor
        snapshot.note = update.note
        snapshot.priceMinorUnits = update.priceMinorUnits
        snapshot.capturedMinorUnits = update.capturedMinorUnits
        if !update.driverPositionAt.isNone { move(update) }
        return .applied
    }

    private mutating func move(_ update: BookingUpdate) {
        snapshot.driverPosition = update.driverPosition
        snapshot.driverPositionAt = update.driverPositionAt
        snapshot.pickupMilliseconds = update.pickupMilliseconds
    }
}

extension BookingState {
    /// Whether nothing follows any more: a track ends here.
    package var isFinal: Bool {
        switch self {
        case .closed, .noShow, .cancelled, .rejected, .unfulfilled, .failed: true
        case .quoted, .requested, .confirmed, .assigned, .enRoute, .arrived, .onTrip, .completed:
            false
        }
    }
}
