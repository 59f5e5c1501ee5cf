internal import DispatchCore
internal import DispatchServer
internal import GatewayServer
internal import IngestCore
internal import IngestServer
internal import Messages
internal import Model
internal import Money
internal import PaymentsCore
internal import PaymentsServer
internal import ProviderModel
internal import Storage

/// Reads what the stores and the provider hold at the end.
struct StateCollector {
    private static let rowMax = 10_000

    let gateway: ServiceProcess
    let ingest: ServiceProcess
    let dispatch: ServiceProcess
    let payments: ServiceProcess
    let billing: ServiceProcess
    let provider: ProviderPeer
    /// The revision of the operator's document.
    let revision: Int

    /// - Returns: nil where a store could not be read.
    func collect() -> FinalState? {
        guard let bookings = readBookings(), let events = readEvents(),
            let payments = readPayments(), let ledger = readLedger(), let usage = readUsage(),
            let shifts = readShifts(), let trail = readTrail(of: shifts), let steps = readSteps()
        else { return nil }
        var state = FinalState()
        state.bookings = bookings
        state.events = events
        state.payments = payments
        state.ledger = ledger
        state.usage = usage
        state.shifts = shifts
        state.trail = trail
        state.steps = steps
        let model = provider.model
        var paymentOfHold: [String: String] = [:]
        for held in model.allAuthorizations {
            paymentOfHold[held.id] = held.customID ?? ""
            state.holds.append(
                FinalState.ProviderHold(
                    payment: held.customID ?? "",
                    amount: held.amount.units,
                    captured: held.capturedUnits,
                    isOpen: held.status == "CREATED" || held.status == "PARTIALLY_CAPTURED"
                )
            )
        }
        state.captures = model.allCaptures.filter(\.isTaken).map { capture in
            FinalState.ProviderCapture(
                payment: paymentOfHold[capture.authorizationID] ?? "",
                amount: capture.amount.units,
                fee: capture.feeUnits
            )
        }
        return state
    }

    private func readBookings() -> [FinalState.Booking]? {
        dispatch.read { session throws(StorageError) in
            let rows = try session.query("SELECT tenant, booking FROM bookings ORDER BY booking")
            var found: [FinalState.Booking] = []
            for row in rows {
                let stored = try BookingRows.find(
                    try row.id(1),
                    of: try row.tenant(0),
                    in: session
                )
                if let stored { found.append(FinalState.Booking(stored)) }
            }
            return found
        }
    }

    private func readEvents() -> [FinalState.Event]? {
        dispatch.read { session throws(StorageError) in
            let updates = try EventRows.feed(
                of: Scenario.tenant,
                after: 0,
                limit: Self.rowMax,
                in: session
            )
            var events: [FinalState.Event] = []
            for update in updates {
                guard let step = BookingStep(rawValue: update.step.rawValue),
                    let actor = BookingActor(rawValue: update.actor.rawValue),
                    let state = BookingState(rawValue: update.state.rawValue)
                else { throw StorageError(.corrupt, "an event that means nothing") }
                events.append(
                    FinalState.Event(
                        booking: update.booking,
                        sequence: update.sequence,
                        step: step,
                        actor: actor,
                        state: state,
                        driver: update.driver.isNone ? nil : update.driver
                    )
                )
            }
            return events
        }
    }

    private func readPayments() -> [FinalState.Payment]? {
        payments.read { session throws(StorageError) in
            let rows = try session.query("SELECT tenant, payment FROM payments ORDER BY payment")
            var found: [FinalState.Payment] = []
            for row in rows {
                let payment = try PaymentTable.find(
                    try row.id(1),
                    of: try row.tenant(0),
                    in: session
                )
                if let payment { found.append(FinalState.Payment(payment)) }
            }
            return found
        }
    }

    private func readLedger() -> FinalState.Ledger? {
        payments.read { session throws(StorageError) in
            try Self.ledger(in: session)
        }
    }

    /// The tenant's ledger, added up anew.
    static func ledger(in session: any SQLSession) throws(StorageError) -> FinalState.Ledger {
        let balance = try LedgerTable.trialBalance(of: Scenario.tenant, in: session)
        var ledger = FinalState.Ledger()
        let isAudited = try LedgerTable.audit(of: Scenario.tenant, in: session).isSound
        let strayCount = try LedgerTable.strayEntryCount(in: session)
        ledger.isSound = isAudited && strayCount == 0
        for line in balance.lines {
            let sum = line.sums.balance(of: line.account.kind)
            switch line.account.kind {
            case .providerReceivable: ledger.receivable += sum
            case .providerFee: ledger.fee += sum
            case .passengerHold: ledger.hold += sum
            default: break
            }
        }
        return ledger
    }

    private func readShifts() -> [FinalState.Shift]? {
        dispatch.read { session throws(StorageError) in
            let rows = try session.query(
                "SELECT shift, driver, closed_at FROM shifts ORDER BY shift"
            )
            var found: [FinalState.Shift] = []
            for row in rows {
                found.append(
                    FinalState.Shift(
                        shift: try row.id(0),
                        driver: try row.id(1),
                        isOpen: try row.isNull(2)
                    )
                )
            }
            return found
        }
    }

    private func readTrail(of shifts: [FinalState.Shift]) -> Set<KeptFix>? {
        ingest.read { session throws(StorageError) in
            var found: Set<KeptFix> = []
            for shift in shifts {
                let fixes = try TrailTable.fixes(
                    of: shift.shift,
                    of: Scenario.tenant,
                    after: 0,
                    limit: Self.rowMax,
                    in: session
                )
                for entry in fixes { found.insert(KeptFix(shift: shift.shift, fix: entry.fix)) }
            }
            return found
        }
    }

    private func readSteps() -> [FinalState.Step]? {
        let revision = UInt32(revision)
        return gateway.read { session throws(StorageError) in
            try ProvisioningTable.steps(of: Scenario.tenant, revision: revision, in: session).map {
                FinalState.Step(what: $0.what, isDelivered: $0.state == .delivered)
            }
        }
    }

    private func readUsage() -> [BookingID]? {
        billing.read { session throws(StorageError) in
            let rows = try session.query("SELECT booking FROM usage_lines ORDER BY trip")
            var found: [BookingID] = []
            for row in rows { found.append(try row.id(0)) }
            return found
        }
    }
}

extension FinalState.Booking {
    fileprivate init(_ stored: StoredBooking) {
        let booking = stored.booking
        let share = Ratio.basisPoints(Int32(Scenario.absenceFeeBasisPoints))
        let fee = try? booking.request.price.multiplied(by: share, rounding: .halfEven)
        self.init(
            id: booking.id,
            reference: stored.details.partnerReference,
            state: booking.state,
            sequence: booking.sequence,
            price: booking.request.price.minorUnits,
            absenceFee: fee?.minorUnits ?? 0,
            payment: booking.request.payment
        )
    }
}

extension FinalState.Payment {
    fileprivate init(_ payment: Payment) {
        self.init(
            id: payment.id,
            booking: payment.booking,
            amount: payment.amount.minorUnits,
            authorised: payment.authorisedMinorUnits,
            captured: payment.capturedMinorUnits,
            refunded: payment.refundedMinorUnits,
            captureCount: payment.captures.count,
            fee: payment.feeMinorUnits,
            isHolding: payment.settledState == .authorised
        )
    }
}
