internal import Money
internal import Timekeeping

extension Payment {
    /// Takes a provider's answer to the operation under way.
    mutating func settle(
        _ asked: ProviderOperation,
        _ outcome: ProviderOutcome,
        at now: WallTime,
        _ actions: inout [PaymentAction]
    ) throws(LedgerError) {
        operation?.attemptCount &+= 1
        switch outcome {
        case .succeeded(.pending):
            operation?.unknownCause = nil
            askAgain(asked, .pending, .readBack, at: now, &actions)
        case .succeeded(let result):
            try succeed(asked, result, at: now, &actions)
        case .failed(let problem):
            finish(.failed, &actions)
            try fail(asked, problem, at: now, &actions)
        case .unknown(let cause):
            operation?.unknownCause = cause
            askAgain(asked, .unknown, cause.nextCall, at: now, &actions)
        }
    }

    /// Keeps an operation open: the same call with the same key, or a read, after a while.
    ///
    /// Past the key's life the same call could charge twice, so from then on only reading is allowed; with
    /// nothing to read, or nothing found, a person has to look.
    private mutating func askAgain(
        _ asked: ProviderOperation,
        _ status: ProviderOperation.Status,
        _ wanted: ProviderOperation.Call,
        at now: WallTime,
        _ actions: inout [PaymentAction]
    ) {
        let isKeyOld = asked.createdAt.duration(to: now) >= Self.keyLifetime
        let wasRead = operation?.unknownCause == .notThere
        guard !isKeyOld || (orderReference != nil && !wasRead) else {
            return review(.keyLifetimeOver, &actions)
        }
        operation?.status = status
        // Without an order there is nothing to read: the call itself, under its key, gives the first answer again.
        operation?.nextCall = orderReference == nil ? .perform : isKeyOld ? .readBack : wanted
        if let operation {
            let delay = ProviderRetry.delay(afterAttempts: operation.attemptCount)
            actions.append(.ask(operation, after: delay))
        }
    }

    private mutating func review(_ reason: PaymentReview, _ actions: inout [PaymentAction]) {
        if operation?.status != .review { actions.append(.alert(reason)) }
        operation?.status = .review
    }

    private mutating func succeed(
        _ asked: ProviderOperation,
        _ result: ProviderResult,
        at now: WallTime,
        _ actions: inout [PaymentAction]
    ) throws(LedgerError) {
        switch (asked.kind, result) {
        case (.open, .opened(let order)):
            finish(.succeeded, &actions)
            orderReference = order
            begin(.authorise, amount: amount, target: order, at: now, &actions)
        case (.open, .payerMustAct(let order)), (.authorise, .payerMustAct(let order)):
            finish(.succeeded, &actions)
            orderReference = order
            guard settledState == .created else { return }
            move(.payerMustAct)
            expiresAt = now.advanced(by: Self.approvalLifetime)
            actions.append(.tell(.requiresAction))
        case (.open, .held(let order, let authorisation, let held, let end)),
            (.authorise, .held(let order, let authorisation, let held, let end)):
            guard held == amount else { return review(.answerContradicts, &actions) }
            finish(.succeeded, &actions)
            orderReference = order
            authorisationReference = authorisation
            try hold(by: asked.ordinal, until: end, at: now, &actions)
        case (.capture, .captured(let capture, let taken, let fee)):
            guard taken == asked.amount, fee.currency == taken.currency else {
                return review(.answerContradicts, &actions)
            }
            try take(asked, capture, fee, at: now, &actions)
        case (.void, .released):
            finish(.succeeded, &actions)
            try endHold(.released, by: asked.ordinal, at: now, &actions)
            actions.append(.tell(.voided))
        case (.refund, .refunded(_, let returned, let feeReturned)):
            guard returned == asked.amount else { return review(.answerContradicts, &actions) }
            try giveBack(asked, feeReturned, at: now, &actions)
        default:
            review(.answerContradicts, &actions)
        }
    }

    private mutating func finish(
        _ status: ProviderOperation.Status,
        _ actions: inout [PaymentAction]
    ) {
        operation?.status = status
        operation?.unknownCause = nil
        if let operation { actions.append(.settled(operation)) }
    }

    private mutating func hold(
        by ordinal: UInt32,
        until end: WallTime?,
        at now: WallTime,
        _ actions: inout [PaymentAction]
    ) throws(LedgerError) {
        move(.held)
        authorisedMinorUnits = amount.minorUnits
        expiresAt = end ?? now.advanced(by: Self.holdLifetime)
        actions.append(
            .post(
                try .hold(
                    amount,
                    effect: LedgerEffect(.hold, of: id, by: ordinal),
                    at: provider,
                    postedAt: now
                )
            )
        )
        actions.append(.tell(.authorised(expiresAt: end)))
    }

    private mutating func take(
        _ asked: ProviderOperation,
        _ reference: String,
        _ fee: Amount,
        at now: WallTime,
        _ actions: inout [PaymentAction]
    ) throws(LedgerError) {
        guard let taken = asked.amount,
            let split = try? CaptureSplit(gross: taken, providerFee: fee, terms: terms)
        else { return review(.answerContradicts, &actions) }
        // Read before the capture is added: what the hold loses now.
        let released = asked.isFinal ? heldMinorUnits : taken.minorUnits
        finish(.succeeded, &actions)
        let shares = CaptureRest(
            fleet: split.fleet.minorUnits,
            commission: split.commission.minorUnits,
            tax: split.tax.minorUnits
        )
        captures.append(
            PaymentCapture(
                reference: reference,
                shares: shares,
                feeMinorUnits: fee.minorUnits,
                rest: shares
            )
        )
        move(asked.isFinal ? .tookLast : .tookPart)
        if asked.isFinal { expiresAt = nil }
        let release = LedgerEffect(.release, of: id, by: asked.ordinal)
        let capture = LedgerEffect(.capture, of: id, by: asked.ordinal)
        actions.append(
            .post(
                try .release(money(released), effect: release, at: provider, postedAt: now)
            )
        )
        actions.append(
            .post(try .capture(split, effect: capture, at: provider, postedAt: now))
        )
        actions.append(.tell(.captured(taken)))
    }

    private mutating func giveBack(
        _ asked: ProviderOperation,
        _ feeReturned: Amount,
        at now: WallTime,
        _ actions: inout [PaymentAction]
    ) throws(LedgerError) {
        guard let returned = asked.amount,
            let index = captures.firstIndex(where: { $0.reference == asked.target }),
            let split = try? RefundSplit(
                gross: returned,
                feeReturned: feeReturned,
                of: captures[index].rest
            )
        else { return review(.answerContradicts, &actions) }
        finish(.succeeded, &actions)
        captures[index].rest = split.rest
        let isAll = refundedMinorUnits == capturedMinorUnits
        move(isAll ? .returnedLast : .returnedPart)
        let effect = LedgerEffect(.refund, of: id, by: asked.ordinal)
        actions.append(.post(try .refund(split, effect: effect, at: provider, postedAt: now)))
        actions.append(.tell(.refunded(returned)))
    }

    private mutating func fail(
        _ asked: ProviderOperation,
        _ problem: PaymentProblem,
        at now: WallTime,
        _ actions: inout [PaymentAction]
    ) throws(LedgerError) {
        switch asked.kind {
        case .open, .authorise:
            move(.refused)
            expiresAt = nil
            actions.append(.tell(.declined(problem)))
        case .capture:
            try endHoldIfGone(problem, by: asked.ordinal, at: now, &actions)
            actions.append(.tell(.captureFailed(problem)))
        case .void:
            if problem == .holdExpired || problem == .holdReleased {
                // Gone is what was wanted.
                try endHoldIfGone(problem, by: asked.ordinal, at: now, &actions)
                actions.append(.tell(.voided))
            } else {
                actions.append(.tell(.voidFailed(problem)))
            }
        case .refund:
            actions.append(.tell(.refundFailed(problem)))
        }
    }

    private mutating func endHoldIfGone(
        _ problem: PaymentProblem,
        by ordinal: UInt32,
        at now: WallTime,
        _ actions: inout [PaymentAction]
    ) throws(LedgerError) {
        switch problem {
        case .holdExpired: try endHold(.lapsed, by: ordinal, at: now, &actions)
        case .holdReleased: try endHold(.released, by: ordinal, at: now, &actions)
        default: break
        }
    }
}
