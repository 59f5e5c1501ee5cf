internal import Delivery
internal import DispatchCore
internal import Messages
internal import Model
internal import ServiceRuntime
internal import Storage
internal import WireFormat

/// What commands are answered: made within the transaction of their effect, so that the record is the reply.
enum CommandReplies {
    /// What a reply is about.
    enum Subject: Sendable {
        /// A booking that was just written for the first time.
        case fresh(StoredBooking)
        /// A booking after its step; the rest of its row is read where the reply needs it.
        case moved(Booking)
    }

    /// The reply to a command whose step is stored, or was said again.
    static func done(
        _ command: Command,
        _ subject: Subject,
        in session: any SQLSession
    ) throws(StorageError) -> CommandReply {
        let booking: Booking
        switch subject {
        case .fresh(let stored): return CommandReply(encoding: BookingSnapshot(stored))
        case .moved(let moved): booking = moved
        }
        switch command.method {
        case DispatchMethods.answerOffer.descriptor.id:
            return answer(booking)
        case DispatchMethods.reportTripProgress.descriptor.id:
            var reply = BookingProgressReply()
            reply.booking = booking.id
            reply.sequence = booking.sequence
            reply.state = WireEnum(booking.state)
            return CommandReply(encoding: reply)
        case DispatchMethods.reportPayment.descriptor.id:
            return CommandReply(encoding: Acknowledgement())
        default:
            let snapshot = try DispatchQueries.booking(
                booking.id,
                of: command.tenant,
                in: session
            )
            guard let snapshot else { return CommandReply(.notFound, .bookingUnknown) }
            return CommandReply(encoding: snapshot)
        }
    }

    private static func answer(_ booking: Booking) -> CommandReply {
        var reply = OfferAnswerReply()
        reply.booking = booking.id
        reply.sequence = booking.sequence
        reply.state = WireEnum(booking.state)
        // After a refusal the booking looks on, or has been given up for want of others.
        let isBound = booking.driver != nil
        reply.trip = isBound ? booking.request.trip : .none
        reply.outcome = WireEnum(isBound ? .assigned : .declined)
        return CommandReply(encoding: reply)
    }

    /// The reply to a command that the rules refuse.
    static func refused(_ command: Command, _ refusal: Refusal) -> CommandReply {
        if command.method == DispatchMethods.answerOffer.descriptor.id {
            switch refusal {
            case .offerGone, .unknownBooking, .illegalStep, .notThisDriver:
                return offerEnded(.withdrawn)
            case .offerLate: return offerEnded(.tooLate)
            default: break
            }
        }
        return switch refusal {
        case .unknownBooking, .notThisDriver: CommandReply(.notFound, .bookingUnknown)
        case .illegalStep, .tooEarly: CommandReply(.failedPrecondition, .stepNotAllowed)
        case .wrongActor: CommandReply(.permissionDenied, .stepNotAllowed)
        case .offerGone, .offerLate: CommandReply(.failedPrecondition, .offerUnknown)
        case .tooManyBookings, .tooManyDrivers, .busy: CommandReply(.resourceExhausted)
        case .pickupTimeOutOfRange: CommandReply(.invalidArgument, .pickupPast)
        case .outOfRange: CommandReply(.invalidArgument)
        case .nameTaken: CommandReply(.alreadyExists, .bookingDiffers)
        case .driverNotFree: CommandReply(.failedPrecondition, .stepNotAllowed)
        case .notStored: CommandReply(.unavailable)
        }
    }

    private static func offerEnded(_ outcome: OfferOutcomeCode) -> CommandReply {
        var reply = OfferAnswerReply()
        reply.outcome = WireEnum(outcome)
        return CommandReply(encoding: reply)
    }

    /// The reply where the store took nothing: passes by itself, so it is not recorded.
    static func notStored(_ error: StorageError) -> CommandReply {
        switch error.code {
        case .overloaded, .full: CommandReply(.resourceExhausted)
        case .corrupt: CommandReply(.dataLoss)
        case .invalid: CommandReply(.internal)
        default: CommandReply(.unavailable)
        }
    }
}

extension CommandReply {
    /// A refusal, where there is one with a code of this service.
    init(_ code: StatusCode, _ subCode: DispatchSubCode?) {
        self.init(code, subCode: subCode?.rawValue ?? 0)
    }
}
