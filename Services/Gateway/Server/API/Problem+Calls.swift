package import Calls
package import HTTP
internal import Messages
package import Storage
internal import Timekeeping
internal import WireFormat

extension CallError {
    /// Whether trying again under the same key brings the same answer: then it may be stored and replayed.
    package var isFinal: Bool {
        guard !isConnectionLost else { return false }
        switch code {
        case .invalidArgument, .notFound, .alreadyExists, .failedPrecondition, .outOfRange:
            return true
        default:
            return false
        }
    }
}

extension Problem {
    /// What a peer's refusal or silence means for a partner. Texts of peers are for our own logs only.
    package init(_ error: CallError) {
        let seconds = error.retryAfter.map { max(1, $0.wholeMilliseconds / 1000) }
        switch error.code {
        case .notFound: self = .hidden
        case .invalidArgument, .outOfRange, .alreadyExists:
            self.init(.invalidRequest, "A service refused the request's values.")
        case .failedPrecondition:
            self = Self.precondition(DispatchSubCode(rawValue: error.subCode))
        case .resourceExhausted:
            self.init(
                .overloaded,
                "The system has too much to do. Try again.",
                retryAfterSeconds: seconds ?? 1
            )
        case .unavailable, .aborted, .cancelled:
            self.init(
                .unavailable,
                "A service that this needs cannot be reached. Try again with the same key.",
                retryAfterSeconds: seconds ?? 1
            )
        case .deadlineExceeded:
            self.init(
                .timeout,
                "A service that this needs did not answer in time. Try again with the same key.",
                retryAfterSeconds: seconds ?? 1
            )
        default:
            self.init(.internalError, "The system made a mistake. Tell us the request id.")
        }
    }

    private static func precondition(_ code: DispatchSubCode?) -> Problem {
        switch code {
        case .bookingEnded:
            Problem(.bookingEnded, "The booking has ended: nothing can change it any more.")
        case .stepNotAllowed:
            Problem(.notCancellable, "The booking has gone too far for this.")
        case .tariffUnknown:
            Problem(.noTariff, "The fleet has no tariff for this class of vehicle.")
        case .priceStale, .amountInvalid:
            Problem(.priceStale, "The fleet's prices changed since the quote. Ask for a new one.")
        case .noRoute: Problem(.noRoute, "There is no way between pickup and drop-off.")
        case .tooFar: Problem(.tooFar, "The ride is longer than the fleet drives.")
        case .pickupPast: Problem(.pickupInPast, at: "/pickup_at", "The pickup time has passed.")
        default: Problem(.invalidRequest, "The system's state does not allow this.")
        }
    }

    /// What a failure of the gateway's own store means.
    package init(_ error: StorageError) {
        switch error.code {
        case .full, .overloaded:
            self.init(
                .overloaded,
                "The system cannot store more at the moment. Try again with the same key.",
                retryAfterSeconds: 1
            )
        case .conflict, .unavailable, .fenced:
            self.init(
                .unavailable,
                "The system's store does not answer. Try again with the same key.",
                retryAfterSeconds: 1
            )
        case .corrupt, .invalid:
            self.init(.internalError, "The system made a mistake. Tell us the request id.")
        }
    }
}
