internal import Model
internal import Money
package import Timekeeping

extension Booking {
    /// The change that `input` makes at `now`, or `nil` where it is old news to be acknowledged.
    ///
    /// A pure function: nothing has happened until the change is stored and taken over.
    ///
    /// - Throws: `.illegalStep`, `.wrongActor`, `.notThisDriver`, `.offerGone`, `.offerLate`, `.tooEarly`,
    ///   `.driverNotFree` (an offer while one is open, to an excluded driver, or one too many), `.outOfRange`
    ///   (a fee that does not fit).
    package func applying(
        _ input: BookingInput,
        at now: WallTime
    ) throws(Refusal) -> BookingChange? {
        switch BookingTable.verdict(on: input.step, in: state) {
        case .illegal:
            throw isAnswer(input.step) ? .offerGone : .illegalStep
        case .acknowledge(let row):
            guard row.actors.contains(input.actor) else { throw .wrongActor }
            try requireOldNews(input)
            return nil
        case .move(let row):
            guard row.actors.contains(input.actor) else { throw .wrongActor }
            try requireRight(input, at: now)
            // Looked at each second: only the change is an event.
            if input.step == .contactLost && isAtRisk || input.step == .contactRegained && !isAtRisk
            {
                return nil
            }
            return try change(by: row, input, at: now)
        }
    }

    private func isAnswer(_ step: BookingStep) -> Bool {
        step == .offerAccepted || step == .offerDeclined || step == .offerExpired
    }

    /// A driver may repeat only what he said himself: another driver's step is no repetition.
    private func requireOldNews(_ input: BookingInput) throws(Refusal) {
        guard input.actor == .driver else { return }
        if input.step == .offerAccepted {
            guard input.driver == driver, input.offer == acceptedOffer else { throw .offerGone }
        } else {
            guard input.driver == driver else { throw .notThisDriver }
        }
    }

    /// What the table cannot know: names and times.
    private func requireRight(_ input: BookingInput, at now: WallTime) throws(Refusal) {
        switch input.step {
        case .offerOpened:
            guard let opening = input.opening, offer == nil, offerCount < Self.offersMax,
                !excludes(opening.driver, at: now), now < opening.expiresAt
            else { throw .driverNotFree }
        case .offerAccepted, .offerDeclined, .offerExpired:
            try requireOpenOffer(input, at: now)
        default:
            if input.actor == .driver {
                guard input.driver == driver else { throw .notThisDriver }
            }
            if input.step == .passengerAbsent, input.actor == .driver {
                let waited = stateSince.duration(to: now)
                guard waited >= .seconds(Int64(request.terms.absenceSeconds)) else {
                    throw .tooEarly
                }
            }
        }
    }

    /// The compare of the compare-and-set: whoever comes second finds another offer, or none.
    private func requireOpenOffer(_ input: BookingInput, at now: WallTime) throws(Refusal) {
        guard let offer, offer.id == input.offer else { throw .offerGone }
        if input.actor == .driver {
            guard offer.driver == input.driver else { throw .offerGone }
        }
        // The instant of expiry itself is late: the timer that fires at it must always win.
        if input.step == .offerAccepted, now >= offer.expiresAt { throw .offerLate }
    }

    private func change(
        by row: BookingTable.Row,
        _ input: BookingInput,
        at now: WallTime
    ) throws(Refusal) -> BookingChange {
        var change = BookingChange(of: self)
        if row.to != state {
            change.booking.state = row.to
            change.booking.stateSince = now
        }
        if isAtRisk { change.booking.reason = .none }
        if input.reason != .none { change.booking.reason = input.reason }
        for consequence in row.consequences {
            try change.perform(consequence, of: self, input, at: now)
        }
        // Whatever the way out of `confirmed`, no offer survives it.
        if change.booking.state != .confirmed { change.booking.offer = nil }
        return change
    }
}

extension BookingChange {
    /// Gives one consequence its values. `before` is the booking that the step met.
    fileprivate mutating func perform(
        _ consequence: BookingConsequence,
        of before: Booking,
        _ input: BookingInput,
        at now: WallTime
    ) throws(Refusal) {
        switch consequence {
        case .authorise: wish(.authorise(before.request.price), .authorise)
        case .void: wish(.void, .void)
        case .capture: wish(.capture(before.request.price), .capture)
        case .settleAbsence: try settleAbsence(of: before)
        case .recordUsage: wish(.recordUsage(before.request.price), .recordUsage)
        case .search: break  // `Booking.isSearching` says it.
        case .showOffer:
            booking.offer = input.opening
            booking.offerCount += 1
            shownOffer = input.opening
        case .withdraw: withdraw(from: before)
        case .excludeDriver:
            exclude(before, silent: input.step == .offerExpired, at: now)
        case .bindDriver:
            booking.driver = before.offer?.driver
            booking.vehicle = before.offer?.vehicle
            booking.acceptedOffer = before.offer?.id
            booking.offer = nil
        case .releaseDriver: release(before, at: now)
        case .publish: publish(input, before: before, at: now)
        case .markAtRisk: booking.reason = .outOfReach
        }
    }

    private mutating func wish(_ wish: BookingCommand.Wish, _ purpose: DerivedID.Purpose) {
        let key: IdempotencyKey = DerivedID.make(
            for: purpose,
            of: booking.id,
            version: booking.version
        )
        commands.append(BookingCommand(key: key, wish: wish))
    }

    /// The fee is rounded half to even, once; the hold covers it because a part is at most the whole.
    private mutating func settleAbsence(of before: Booking) throws(Refusal) {
        let share = Ratio.basisPoints(before.request.terms.absenceFeeBasisPoints)
        let fee: Amount
        do {
            fee = try before.request.price.multiplied(by: share, rounding: .halfEven)
        } catch {
            throw .outOfRange
        }
        if fee.isPositive {
            wish(.capture(fee), .capture)
        } else {
            wish(.void, .void)
        }
    }

    private mutating func withdraw(from before: Booking) {
        guard let driver = before.engagedDriver else { return }
        withdrawal = Withdrawal(
            driver: driver,
            offer: before.offer?.id,
            trip: before.request.trip,
            reason: booking.reason
        )
    }

    private mutating func exclude(_ before: Booking, silent: Bool, at now: WallTime) {
        guard let driver = before.engagedDriver else { return }
        let length = silent ? DriverExclusion.afterSilence : DriverExclusion.afterRefusal
        // Those that have passed make room, so the list never outgrows the offers that made it.
        booking.exclusions.removeAll { $0.driver == driver || $0.until <= now }
        booking.exclusions.append(
            DriverExclusion(driver: driver, until: now.advanced(by: length))
        )
    }

    private mutating func release(_ before: Booking, at now: WallTime) {
        releasedDriver = before.engagedDriver
        booking.offer = nil
        if booking.state == .confirmed {
            // A rider who loses his driver is owed a whole search, whenever that happens.
            if before.driver != nil {
                booking.patienceEndsAt = before.request.patienceEnd(from: now)
            }
            booking.driver = nil
            booking.vehicle = nil
            booking.acceptedOffer = nil
        }
    }

    private mutating func publish(_ input: BookingInput, before: Booking, at now: WallTime) {
        booking.sequence += 1
        event = BookingEvent(
            booking: booking.id,
            sequence: booking.sequence,
            step: input.step,
            actor: input.actor,
            state: booking.state,
            at: now,
            driver: booking.driver ?? before.driver,
            vehicle: booking.vehicle ?? before.vehicle,
            reason: input.reason
        )
    }
}
