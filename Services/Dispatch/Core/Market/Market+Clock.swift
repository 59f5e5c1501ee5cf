internal import Model
package import Timekeeping

extension Market {
    /// Does what is due at `now`: offers and patience that end, searches that begin, and a round of matching.
    ///
    /// - Returns: `persist` for each step. To be called at `nextTickAt` or later, as often as one likes.
    package mutating func tick(at now: WallTime) -> [MarketOutput] {
        var outputs: [MarketOutput] = []
        while let deadline = deadlines.popDue(at: now) {
            // A booking that moved on has armed another deadline; one that is being stored will.
            guard let slot = slots[deadline.booking], slot.pending == nil,
                slot.booking.version == deadline.version
            else { continue }
            if let input = dueInput(of: slot.booking, at: now) {
                outputs += decide(
                    input,
                    on: slot.booking,
                    explanation: nil,
                    ticket: nil,
                    at: now
                )
            } else {
                arm(slot.booking, at: now)
            }
        }
        if let round = nextRoundAt, round <= now { outputs += match(at: now) }
        return outputs
    }

    /// The step that the clock causes, if its time has come.
    private func dueInput(of booking: Booking, at now: WallTime) -> BookingInput? {
        switch booking.state {
        case .requested where now >= authorisationEnd(of: booking):
            return BookingInput(.authorisationExpired, by: .dispatch, reason: .paymentTimeout)
        case .confirmed:
            if let offer = booking.offer {
                guard now >= offer.expiresAt else { return nil }
                return BookingInput(
                    .offerExpired,
                    by: .dispatch,
                    driver: offer.driver,
                    offer: offer.id
                )
            }
            if booking.offerCount >= Booking.offersMax {
                return BookingInput(.patienceEnded, by: .dispatch, reason: .offersExhausted)
            }
            guard now >= booking.patienceEndsAt else { return nil }
            return BookingInput(.patienceEnded, by: .dispatch, reason: .noDriverFound)
        default:
            return nil
        }
    }

    /// Sets the booking's next deadline and, where its time has come, puts it among the searching.
    mutating func arm(_ booking: Booking, at now: WallTime) {
        let next: WallTime
        switch booking.state {
        case .requested:
            next = authorisationEnd(of: booking)
        case .confirmed:
            if let offer = booking.offer {
                next = offer.expiresAt
            } else if booking.offerCount >= Booking.offersMax {
                next = now
            } else {
                let start = searchStart(of: booking)
                if start <= now { enqueue(booking, since: start) }
                next = start <= now ? booking.patienceEndsAt : start
            }
        default:
            return
        }
        deadlines.insert(.init(at: next, booking: booking.id, version: booking.version))
        dropOvertakenDeadlines()
    }

    /// A trip leaves some ten entries behind, of which patience lives longest: at 500 bookings/s half a million. Every
    /// open booking has at most one that counts, so beyond four for each, most are rubbish, and dropping it costs
    /// less than the insertions that made it.
    private mutating func dropOvertakenDeadlines() {
        guard deadlines.count > 4 * slots.count + 1024 else { return }
        deadlines.removeAll { slots[$0.booking]?.booking.version != $0.version }
    }

    private mutating func enqueue(_ booking: Booking, since start: WallTime) {
        guard slots[booking.id]?.isQueued == false else { return }
        slots[booking.id]?.isQueued = true
        searching.append(SearchingBooking(booking: booking.id, since: start))
        newcomerCount += 1
    }

    private func authorisationEnd(of booking: Booking) -> WallTime {
        booking.createdAt.advanced(by: .seconds(Int64(policy.authorisationSeconds)))
    }

    /// When a driver begins to be looked for: at once, or a while before a pickup that is far ahead.
    private func searchStart(of booking: Booking) -> WallTime {
        let lead = Duration.seconds(-Int64(policy.searchLeadSeconds))
        return max(booking.createdAt, booking.request.pickupAt.advanced(by: lead))
    }
}
