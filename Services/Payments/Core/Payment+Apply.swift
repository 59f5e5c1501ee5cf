internal import Money
package import Timekeeping

extension Payment {
    /// Takes one event and says what to do about it.
    ///
    /// A late or repeated answer to an operation that is settled changes nothing and returns no action.
    ///
    /// - Parameters:
    ///   - event: What happened.
    ///   - now: Business time; it may jump backwards.
    /// - Returns: The actions in their order; all are stored before one is performed.
    /// - Throws: A `LedgerError` if a posting cannot be built, which would be a fault of ours; the caller then
    ///   drops its copy of the payment, so nothing changed.
    package mutating func apply(
        _ event: PaymentEvent,
        at now: WallTime
    ) throws(LedgerError) -> [PaymentAction] {
        var actions: [PaymentAction] = []
        switch event {
        case .start:
            if settledState == .created && operation == nil {
                begin(.open, amount: amount, target: nil, at: now, &actions)
            }
        case .wish(let wish):
            receive(wish, at: now, &actions)
        case .payerApproved:
            if settledState == .requiresAction && !isBusy {
                begin(.authorise, amount: amount, target: orderReference, at: now, &actions)
            }
        case .answered(let ordinal, let outcome):
            if let operation, operation.ordinal == ordinal, !operation.status.isSettled {
                try settle(operation, outcome, at: now, &actions)
            }
        case .clock:
            try lapse(at: now, &actions)
        }
        try startNextWish(at: now, &actions)
        for case .tell(let outcome) in actions {
            reportCount += 1
            problem = outcome.problem
        }
        precondition(invariantsHold, "A payment's sums or states contradict each other.")
        return actions
    }

    /// Starts an operation: it gets its ordinal and key now, before anything is sent.
    mutating func begin(
        _ kind: ProviderOperation.Kind,
        amount: Amount?,
        isFinal: Bool = false,
        target: String?,
        at now: WallTime,
        _ actions: inout [PaymentAction]
    ) {
        precondition(!isBusy, "One operation at a time.")
        let ordinal = (operation?.ordinal ?? 0) + 1
        let next = ProviderOperation(
            ordinal: ordinal,
            kind: kind,
            key: ProviderOperation.key(of: id, ordinal: ordinal, kind: kind),
            amount: amount,
            isFinal: isFinal,
            target: target,
            createdAt: now
        )
        operation = next
        actions.append(.ask(next, after: .zero))
    }

    /// Moves along a row of the table; anything else is a fault of ours.
    mutating func move(_ cause: PaymentCause) {
        guard let target = PaymentTransition.target(of: cause, from: settledState) else {
            preconditionFailure("No row for \(cause) from \(settledState).")
        }
        settledState = target
    }

    /// The hold runs out. While an operation is under way its answer decides instead.
    private mutating func lapse(
        at now: WallTime,
        _ actions: inout [PaymentAction]
    ) throws(LedgerError) {
        guard let expiresAt, now >= expiresAt, !isBusy,
            settledState.isHolding || settledState == .requiresAction
        else { return }
        try endHold(.lapsed, by: 0, at: now, &actions)
        actions.append(.tell(.expired))
    }

    /// Ends what is held, in the books too.
    mutating func endHold(
        _ cause: PaymentCause,
        by operation: UInt32,
        at now: WallTime,
        _ actions: inout [PaymentAction]
    ) throws(LedgerError) {
        let held = heldMinorUnits
        move(cause)
        expiresAt = nil
        guard held > 0 else { return }
        actions.append(
            .post(
                try .release(
                    money(held),
                    effect: LedgerEffect(.release, of: id, by: operation),
                    at: provider,
                    postedAt: now
                )
            )
        )
    }
}
