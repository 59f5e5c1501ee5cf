internal import Delivery
internal import DispatchCore
internal import Messages
internal import Model
internal import Money
internal import ServiceRuntime
internal import Timekeeping
internal import WireFormat

extension DispatchEngine {
    // MARK: - Partners

    mutating func create(
        _ request: CreateBookingRequest,
        _ name: CommandName,
        at moment: EngineMoment
    ) -> [EngineOutput] {
        commands[name]?.booking = request.booking
        guard let state = tenants[name.tenant] else {
            return refuse(name, CommandReply(.failedPrecondition, .tariffUnknown), at: moment)
        }
        do throws(BookingIntake.Problem) {
            let intake = try BookingIntake(
                request,
                of: state,
                known: state.market.booking(request.booking),
                at: moment.business
            )
            commands[name]?.details = intake.details
            let wanted = state.market.create(
                intake.request,
                ticket: ticket(for: name),
                at: moment.business
            )
            return process(wanted, of: state, nil, at: moment)
        } catch {
            return refuse(name, CommandReply(error.code, error.subCode), at: moment)
        }
    }

    mutating func cancel(
        _ request: CancelBookingRequest,
        _ name: CommandName,
        _ command: Command,
        at moment: EngineMoment
    ) -> [EngineOutput] {
        guard !request.note.utf8.contains(0) else {
            return finish(name, CommandReply(.invalidArgument))
        }
        // Who speaks is what the token said, not what the message says of itself.
        let isPartner = command.subject.hasPrefix("partner:")
        let given = request.reason.known.flatMap { BookingReason(rawValue: UInt16($0.rawValue)) }
        var notes = StepNotes()
        notes.note = request.note
        return step(
            BookingInput(
                .cancelled,
                by: isPartner ? .partner : .fleet,
                reason: given ?? (isPartner ? .partnerWish : .fleetWish)
            ),
            of: request.booking,
            name,
            notes: notes,
            at: moment
        )
    }

    // MARK: - Drivers

    mutating func answerOffer(
        _ request: Messages.OfferAnswer,
        _ name: CommandName,
        at moment: EngineMoment
    ) -> [EngineOutput] {
        guard let decision = request.decision.known else {
            return finish(name, CommandReply(.invalidArgument))
        }
        guard let state = tenants[name.tenant] else {
            return take(.refused(.offerGone), for: name, at: moment)
        }
        let answer = DispatchCore.OfferAnswer(
            offer: request.offer,
            driver: request.driver,
            accepts: decision == .accepted
        )
        commands[name]?.booking = state.market.engagement(of: request.driver)
        commands[name]?.input = .answer(answer)
        let wanted = state.market.answer(answer, ticket: ticket(for: name), at: moment.business)
        return process(wanted, of: state, nil, at: moment)
    }

    mutating func progress(
        _ report: TripProgressReport,
        _ name: CommandName,
        at moment: EngineMoment
    ) -> [EngineOutput] {
        guard let progress = report.progress.known else {
            return finish(name, CommandReply(.invalidArgument))
        }
        let open = tenants[name.tenant]?.market.booking(report.booking)
        // A driver learns of his own trips alone, not even that others are there.
        if let open, open.request.trip != report.trip || open.driver != report.driver {
            return refuse(name, CommandReply(.notFound, .bookingUnknown), at: moment)
        }
        var outputs: [EngineOutput] = []
        // A phone that was out of reach while he set out tells of his arrival first: both are true.
        if progress == .arrived, open?.state == .assigned, let state = tenants[name.tenant] {
            let wanted = state.market.apply(
                .driver(report.driver, .driverEnRoute),
                to: report.booking,
                at: moment.business
            )
            outputs = process(wanted, of: state, nil, at: moment)
        }
        var input = BookingInput.driver(report.driver, progress.step)
        if progress == .withdrawn { input.reason = .driverWish }
        if progress == .noShow { input.reason = .passengerAbsent }
        return outputs + step(input, of: report.booking, name, at: moment)
    }

    // MARK: - Payments

    mutating func payment(
        _ report: PaymentReport,
        _ name: CommandName,
        at moment: EngineMoment
    ) -> [EngineOutput] {
        guard let kind = report.kind.known else {
            return finish(name, CommandReply(.invalidArgument))
        }
        var notes = StepNotes()
        let input: BookingInput
        switch kind {
        case .authorised:
            input = BookingInput(.authorised, by: .payments)
        case .declined:
            input = BookingInput(.authorisationDeclined, by: .payments, reason: .paymentDeclined)
        case .captured:
            input = BookingInput(.captured, by: .payments)
            notes.capturedMinorUnits = report.amountMinorUnits
        case .captureFailed:
            input = BookingInput(.captureFailed, by: .payments, reason: .captureFailed)
        case .requiresAction, .voided, .voidFailed, .refunded, .refundFailed, .expired:
            // Nothing in a booking's life follows from these; payments keeps and shows them.
            return refuse(name, CommandReply(encoding: Acknowledgement()), at: moment)
        }
        return step(input, of: report.booking, name, notes: notes, at: moment)
    }
}

extension TripProgressCode {
    /// The step that the driver reports.
    fileprivate var step: BookingStep {
        switch self {
        case .enRoute: .driverEnRoute
        case .arrived: .driverArrived
        case .started: .passengerBoarded
        case .completed: .tripCompleted
        case .noShow: .passengerAbsent
        case .withdrawn: .driverWithdrawn
        }
    }
}
