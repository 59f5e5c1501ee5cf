internal import Money
internal import Timekeeping

extension Payment {
    /// Puts a wish in the queue, or says why not.
    mutating func receive(
        _ wish: PaymentWish,
        at now: WallTime,
        _ actions: inout [PaymentAction]
    ) {
        guard wishes.count < Self.wishCountMax else {
            actions.append(.tell(Self.refusal(of: wish, .tooManyWishes)))
            return
        }
        wishes.append(wish)
    }

    /// Starts the oldest wish that leads to a call; those that cannot be met are answered on the way.
    mutating func startNextWish(
        at now: WallTime,
        _ actions: inout [PaymentAction]
    ) throws(LedgerError) {
        // A payment that was never started keeps its wishes: the hold comes first.
        while !isBusy, operation != nil, !wishes.isEmpty {
            switch wishes.removeFirst() {
            case .capture(let amount, let isFinal):
                startCapture(amount, isFinal: isFinal, at: now, &actions)
            case .void:
                try startVoid(at: now, &actions)
            case .refund(let amount):
                startRefund(amount, at: now, &actions)
            }
        }
    }

    private mutating func startCapture(
        _ wanted: Amount,
        isFinal: Bool,
        at now: WallTime,
        _ actions: inout [PaymentAction]
    ) {
        guard settledState.isHolding else {
            let problem: PaymentProblem = settledState == .expired ? .holdExpired : .nothingHeld
            actions.append(.tell(.captureFailed(problem)))
            return
        }
        guard wanted.currency == amount.currency, wanted.isPositive else {
            actions.append(.tell(.captureFailed(.amountInvalid)))
            return
        }
        guard wanted.minorUnits <= heldMinorUnits else {
            actions.append(.tell(.captureFailed(.exceedsHold)))
            return
        }
        begin(
            .capture,
            amount: wanted,
            // Taking all that is left ends the hold, whether or not that was said.
            isFinal: isFinal || wanted.minorUnits == heldMinorUnits,
            target: authorisationReference,
            at: now,
            &actions
        )
    }

    private mutating func startVoid(
        at now: WallTime,
        _ actions: inout [PaymentAction]
    ) throws(LedgerError) {
        switch settledState {
        case .authorised, .partiallyCaptured:
            begin(.void, amount: nil, target: authorisationReference, at: now, &actions)
        case .created, .requiresAction:
            // Nothing is held, and an order that nobody approves ends by itself.
            try endHold(.released, by: operation?.ordinal ?? 0, at: now, &actions)
            actions.append(.tell(.voided))
        case .voided, .expired, .declined:
            actions.append(.tell(.voided))
        case .captured, .partiallyRefunded, .refunded, .processing, .unknown:
            actions.append(.tell(.voidFailed(.alreadyCaptured)))
        }
    }

    private mutating func startRefund(
        _ wanted: Amount,
        at now: WallTime,
        _ actions: inout [PaymentAction]
    ) {
        guard settledState == .captured || settledState == .partiallyRefunded else {
            actions.append(.tell(.refundFailed(.nothingToRefund)))
            return
        }
        guard wanted.currency == amount.currency, wanted.isPositive else {
            actions.append(.tell(.refundFailed(.amountInvalid)))
            return
        }
        // A refund belongs to one capture at the provider: the first that has enough left.
        guard let capture = captures.first(where: { $0.rest.total >= wanted.minorUnits }) else {
            actions.append(.tell(.refundFailed(.exceedsCapture)))
            return
        }
        begin(.refund, amount: wanted, target: capture.reference, at: now, &actions)
    }

    /// How a wish is told that it cannot be.
    static func refusal(of wish: PaymentWish, _ problem: PaymentProblem) -> PaymentOutcome {
        switch wish {
        case .capture: .captureFailed(problem)
        case .void: .voidFailed(problem)
        case .refund: .refundFailed(problem)
        }
    }
}
