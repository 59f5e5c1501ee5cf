internal import Geo
internal import Model
package import Timekeeping

extension Market {
    /// The decision is durable: it becomes true, its effects may leave, and who waited behind it is heard.
    ///
    /// - Returns: Effects and the answer first, then what the waiting steps lead to. Nothing for a decision that
    ///   is not pending (said twice).
    package mutating func committed(_ decision: DecisionID, at now: WallTime) -> [MarketOutput] {
        guard let id = bookingOfDecision.removeValue(forKey: decision),
            let pending = slots[id]?.pending
        else { return [] }
        slots[id]?.pending = nil
        slots[id]?.booking = pending.change.booking
        takeOver(pending.change.booking, releasing: pending.change.releasedDriver, at: now)
        var outputs = effects(of: pending.change)
        if let ticket = pending.ticket {
            outputs.append(.answer(ticket, .done(pending.change.booking)))
        }
        outputs += hearWaitingSteps(of: id, at: now)
        return outputs
    }

    /// The decision was not stored: as if it had never been thought of.
    ///
    /// - Parameters:
    ///   - decision: Which.
    ///   - stored: The row as it is, where the server had to read it because another writer came first or the
    ///     commit's outcome was unknown; `nil` where it is as it was. A row that already holds the decision's
    ///     version and content is not abandoned but `committed`.
    /// - Returns: `.notStored` to the one who waited for it (for a new booking whose name is stored already:
    ///   `.acknowledged` or `.nameTaken`), then what the waiting steps lead to.
    package mutating func abandoned(
        _ decision: DecisionID,
        stored: Booking? = nil,
        at now: WallTime
    ) -> [MarketOutput] {
        guard let id = bookingOfDecision.removeValue(forKey: decision),
            let slot = slots[id], let pending = slot.pending
        else { return [] }
        slots[id]?.pending = nil
        let held = slot.booking.engagedDriver
        if let reserved = pending.change.booking.engagedDriver, reserved != held {
            free(reserved, from: id, at: now)
        }
        if let stored {
            slots[id]?.booking = stored
            takeOver(stored, releasing: held == stored.engagedDriver ? nil : held, at: now)
        } else {
            takeOver(slot.booking, releasing: nil, at: now)
        }
        var outputs: [MarketOutput] = []
        if let ticket = pending.ticket {
            outputs.append(.answer(ticket, Self.verdict(on: pending.change, stored: stored)))
        }
        return outputs + hearWaitingSteps(of: id, at: now)
    }

    /// A booking that is stored already was asked for twice, long enough apart that it had ended in between.
    private static func verdict(on change: BookingChange, stored: Booking?) -> MarketAnswer {
        guard change.expectedVersion == 0, let stored else { return .refused(.notStored) }
        return stored.request == change.booking.request
            ? .acknowledged(stored) : .refused(.nameTaken)
    }

    /// What the driver whom `booking` engages is doing.
    func activity(for booking: Booking) -> DriverActivity {
        switch booking.state {
        case .assigned: .assigned
        case .enRoute: .enRoute
        case .arrived: .arrived
        case .onTrip: .onTrip
        default: .offered
        }
    }

    /// Brings board, offer book, queue and clock in line with a stored booking.
    mutating func takeOver(_ booking: Booking, releasing released: DriverID?, at now: WallTime) {
        if let released {
            let rodeAlong = booking.state == .completed
            free(
                released,
                from: booking.id,
                position: rodeAlong ? booking.request.dropoff : nil,
                at: now
            )
        }
        if let driver = booking.engagedDriver, offers.reserve(driver, for: booking.id) {
            board.setActivity(of: driver, to: activity(for: booking), at: now)
        }
        arm(booking, at: now)
    }

    mutating func free(
        _ driver: DriverID,
        from booking: BookingID,
        position: GeoPoint? = nil,
        at now: WallTime
    ) {
        guard offers.release(driver, from: booking) else { return }
        board.setActivity(of: driver, to: .available, position: position, at: now)
    }

    private func effects(of change: BookingChange) -> [MarketOutput] {
        var outputs: [MarketOutput] = []
        if let withdrawal = change.withdrawal { outputs.append(.effect(.withdraw(withdrawal))) }
        if let offer = change.shownOffer {
            outputs.append(.effect(.showOffer(offer, of: change.booking)))
        }
        if let event = change.event { outputs.append(.effect(.publish(event))) }
        if !change.commands.isEmpty { outputs.append(.effect(.deliver(change.booking.id))) }
        return outputs
    }

    /// Judges the steps that waited, in order, up to the first that has to be stored itself; lets a booking that
    /// nothing can change go.
    private mutating func hearWaitingSteps(of id: BookingID, at now: WallTime) -> [MarketOutput] {
        var outputs: [MarketOutput] = []
        while let slot = slots[id], slot.pending == nil {
            guard let step = slot.waiting.first else {
                // Version 0 is a booking whose first step was not stored: it never was.
                if slot.booking.isFinal || slot.booking.version == 0 { slots[id] = nil }
                break
            }
            slots[id]?.waiting.removeFirst()
            if slot.booking.version == 0, step.input.step != .requested {
                // Asked for again after it had ended, so it is not open here: its row knows what to say.
                outputs += Self.answer(step.ticket, .refused(.unknownBooking))
                continue
            }
            outputs += decide(
                step.input,
                on: slot.booking,
                explanation: nil,
                ticket: step.ticket,
                at: now
            )
        }
        return outputs
    }
}
