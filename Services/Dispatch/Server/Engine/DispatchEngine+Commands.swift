package import Delivery
internal import DispatchCore
internal import Messages
internal import Model
internal import ServiceRuntime
internal import Storage
internal import WireFormat

extension DispatchEngine {
    /// Takes a command that changes something: one of the mutating methods of service 3.
    ///
    /// The caller has authorised it; `command.subject` is on whose word it comes.
    ///
    /// - Parameter caller: Who hears the reply, exactly once, unless the process ends before.
    /// - Returns: Jobs, or a reply at once where the command cannot be read or there is no room.
    package mutating func begin(
        _ command: Command,
        from caller: CallTicket,
        at moment: EngineMoment
    ) -> [EngineOutput] {
        counters.commandCount += 1
        let name = CommandName(command)
        if let pending = commands[name] {
            // Said again while it is under way: both hear the one reply.
            guard pending.command.fingerprint == command.fingerprint else {
                return [.reply(caller, .keyReused)]
            }
            counters.joinedCount += 1
            commands[name]?.callers.append(caller)
            return []
        }
        guard commands.count < Self.commandsMax else {
            return [.reply(caller, CommandReply(.resourceExhausted))]
        }
        commands[name] = PendingCommand(command: command, callers: [caller])
        do throws(WireError) {
            return try route(command, name, at: moment)
        } catch {
            return finish(name, CommandReply(.invalidArgument))
        }
    }

    private mutating func route(
        _ command: Command,
        _ name: CommandName,
        at moment: EngineMoment
    ) throws(WireError) -> [EngineOutput] {
        let body = command.body
        switch command.method {
        case DispatchMethods.createBooking.descriptor.id:
            return create(try CreateBookingRequest(decoding: body), name, at: moment)
        case DispatchMethods.cancelBooking.descriptor.id:
            return cancel(try CancelBookingRequest(decoding: body), name, command, at: moment)
        case DispatchMethods.answerOffer.descriptor.id:
            return answerOffer(try Messages.OfferAnswer(decoding: body), name, at: moment)
        case DispatchMethods.reportTripProgress.descriptor.id:
            return progress(try TripProgressReport(decoding: body), name, at: moment)
        case DispatchMethods.reportPayment.descriptor.id:
            return payment(try PaymentReport(decoding: body), name, at: moment)
        case DispatchMethods.setShift.descriptor.id:
            return setShift(try SetShiftRequest(decoding: body), name, command, at: moment)
        case DispatchMethods.applyRoster.descriptor.id:
            return applyRoster(try ApplyRosterRequest(decoding: body), name, command, at: moment)
        case DispatchMethods.applyTariff.descriptor.id:
            return applyTariff(try ApplyTariffRequest(decoding: body), name, command, at: moment)
        default:
            return finish(name, CommandReply(.unimplemented))
        }
    }

    /// Lets the market judge a step, and keeps what the reply will need.
    mutating func step(
        _ input: BookingInput,
        of booking: BookingID,
        _ name: CommandName,
        notes: StepNotes = StepNotes(),
        at moment: EngineMoment
    ) -> [EngineOutput] {
        commands[name]?.booking = booking
        commands[name]?.input = input
        commands[name]?.notes = notes
        guard let state = tenants[name.tenant] else {
            return take(.refused(.unknownBooking), for: name, at: moment)
        }
        let wanted = state.market.apply(
            input,
            to: booking,
            ticket: ticket(for: name),
            at: moment.business
        )
        return process(wanted, of: state, nil, at: moment)
    }

    /// The name by which the market knows a command.
    mutating func ticket(for name: CommandName) -> Ticket {
        if let ticket = tickets[name] { return ticket }
        let ticket = Ticket(nextTicket)
        nextTicket += 1
        tickets[name] = ticket
        commandOfTicket[ticket] = name
        return ticket
    }

    /// Takes the market's answer to a command that needs nothing stored but its reply.
    mutating func take(
        _ answer: MarketAnswer,
        for name: CommandName,
        at moment: EngineMoment
    ) -> [EngineOutput] {
        switch answer {
        case .done:
            // The reply went out with the transaction that made it true.
            return []
        case .acknowledged(let booking):
            return acknowledge(booking.id, name, input: nil, at: moment)
        case .refused(.unknownBooking):
            guard let pending = commands[name], let booking = pending.booking else {
                return refuse(name, CommandReply(.notFound, .bookingUnknown), at: moment)
            }
            // Not open here: the row knows whether it ended, and whether this is old news of it.
            return acknowledge(booking, name, input: pending.input, at: moment)
        case .refused(let refusal):
            guard let command = commands[name]?.command else { return [] }
            return refuse(name, CommandReplies.refused(command, refusal), at: moment)
        }
    }

    /// Records a refusal as the command's reply; one that passes by itself goes out as it is.
    mutating func refuse(
        _ name: CommandName,
        _ reply: CommandReply,
        at moment: EngineMoment
    ) -> [EngineOutput] {
        guard !reply.isTransient else { return finish(name, reply) }
        return record(name, at: moment) { _ throws(StorageError) in JobOutcome(.none, reply: reply)
        }
    }

    /// Answers a command from its booking's row.
    private mutating func acknowledge(
        _ booking: BookingID,
        _ name: CommandName,
        input: BookingInput?,
        at moment: EngineMoment
    ) -> [EngineOutput] {
        guard let command = commands[name]?.command else { return [] }
        return record(name, at: moment) { session throws(StorageError) in
            let row = try BookingRows.find(booking, of: command.tenant, in: session)
            guard let row else {
                return JobOutcome(.none, reply: CommandReplies.refused(command, .unknownBooking))
            }
            let reply = try Self.judge(input, on: row, command, at: moment, in: session)
            return JobOutcome(.none, reply: reply)
        }
    }

    /// What the rules say of a step of a booking that is not open here.
    private static func judge(
        _ input: BookingInput?,
        on row: StoredBooking,
        _ command: Command,
        at moment: EngineMoment,
        in session: any SQLSession
    ) throws(StorageError) -> CommandReply {
        if let input {
            do throws(Refusal) {
                // A step that the row allows belongs to whoever holds the booking open: ask again.
                if try row.booking.applying(input, at: moment.business) != nil {
                    return CommandReply(.unavailable)
                }
            } catch {
                if error == .illegalStep, row.booking.isFinal {
                    return CommandReply(.failedPrecondition, .bookingEnded)
                }
                return CommandReplies.refused(command, error)
            }
        }
        return try CommandReplies.done(command, .moved(row.booking), in: session)
    }
}
