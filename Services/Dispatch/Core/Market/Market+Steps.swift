package import Model
package import Timekeeping

extension Market {
    /// A partner's booking.
    ///
    /// - Returns: `persist`, or an answer at once: `.acknowledged` for the same booking said again, else `.nameTaken`,
    ///   `.tooManyBookings`, or what `Booking.init` throws.
    package mutating func create(
        _ request: BookingRequest,
        ticket: Ticket? = nil,
        at now: WallTime
    ) -> [MarketOutput] {
        let requested = BookingInput(.requested, by: .partner)
        if let slot = slots[request.booking] {
            guard slot.booking.request == request else {
                return Self.answer(ticket, .refused(.nameTaken))
            }
            return apply(requested, to: request.booking, ticket: ticket, at: now)
        }
        guard request.tenant == tenant else { return Self.answer(ticket, .refused(.outOfRange)) }
        guard slots.count < policy.openBookingsMax else {
            return Self.answer(ticket, .refused(.tooManyBookings))
        }
        do {
            let booking = try Booking(request, at: now)
            slots[request.booking] = Slot(booking: booking)
        } catch {
            return Self.answer(ticket, .refused(error))
        }
        return apply(requested, to: request.booking, ticket: ticket, at: now)
    }

    /// A step of a booking: a partner's cancellation, the provider's answer, a driver's progress, the fleet's word.
    ///
    /// - Returns: `persist`, nothing where the step waits behind one that is being stored, or an answer at once. After
    ///   `.unknownBooking` the server looks at the stored row, which is final or another market's, and asks
    ///   `Booking.applying` of it.
    package mutating func apply(
        _ input: BookingInput,
        to id: BookingID,
        ticket: Ticket? = nil,
        at now: WallTime
    ) -> [MarketOutput] {
        guard var slot = slots[id] else { return Self.answer(ticket, .refused(.unknownBooking)) }
        guard slot.pending == nil else {
            guard slot.waiting.count < policy.waitingStepsMax else {
                return Self.answer(ticket, .refused(.busy))
            }
            slot.waiting.append(WaitingStep(input: input, ticket: ticket))
            slots[id] = slot
            return []
        }
        return decide(input, on: slot.booking, explanation: nil, ticket: ticket, at: now)
    }

    /// A driver's answer to an offer.
    ///
    /// - Returns: As `apply`; `.offerGone` where no booking engages the driver.
    package mutating func answer(
        _ answer: OfferAnswer,
        ticket: Ticket? = nil,
        at now: WallTime
    ) -> [MarketOutput] {
        guard let id = offers.engagement(of: answer.driver) else {
            return Self.answer(ticket, .refused(.offerGone))
        }
        return apply(.answer(answer), to: id, ticket: ticket, at: now)
    }

    /// Judges `input` on the stored `booking`, which nothing is pending for.
    mutating func decide(
        _ input: BookingInput,
        on booking: Booking,
        explanation: Explanation?,
        ticket: Ticket?,
        at now: WallTime
    ) -> [MarketOutput] {
        let change: BookingChange?
        do {
            change = try booking.applying(input, at: now)
        } catch {
            return Self.answer(ticket, .refused(error))
        }
        guard let change else { return Self.answer(ticket, .acknowledged(booking)) }
        let decision = Decision(
            id: DecisionID(rawValue: nextDecision),
            change: change,
            explanation: explanation,
            ticket: ticket
        )
        nextDecision += 1
        bookingOfDecision[decision.id] = booking.id
        slots[booking.id]?.pending = Pending(
            decision: decision.id,
            change: change,
            ticket: ticket
        )
        return [.persist(decision)]
    }

    static func answer(_ ticket: Ticket?, _ answer: MarketAnswer) -> [MarketOutput] {
        ticket.map { [.answer($0, answer)] } ?? []
    }
}
