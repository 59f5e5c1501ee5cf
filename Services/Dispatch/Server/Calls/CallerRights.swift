internal import Calls
internal import Messages
internal import Model
internal import WireFormat

/// Who may ask what of dispatch: decided on the subject for whom a call is made, not on the service that relays it.
enum CallerRights {
    /// The fleet of a partner's or person's call.
    ///
    /// - Throws: `.unauthenticated` without a caller token, `.permissionDenied` without the right.
    static func tenant(
        of context: CallContext,
        needing scope: TokenScopes
    ) throws(CallError) -> TenantID {
        let caller = try caller(of: context)
        guard TokenScopes(rawValue: caller.scopes).contains(scope),
            caller.subjectKind == .partner || caller.subjectKind == .person
        else { throw denied(context) }
        return try fleet(of: context)
    }

    /// The fleet of a call that a service makes for itself, or a partner through it.
    static func follower(of context: CallContext) throws(CallError) -> TenantID {
        guard context.caller == nil else {
            return try tenant(of: context, needing: .readBookings)
        }
        return try fleet(of: context)
    }

    /// The fleet of a driver's call, who speaks for himself alone.
    ///
    /// - Throws: `.unauthenticated` without a caller token, `.permissionDenied` for another driver's name.
    static func tenant(
        of context: CallContext,
        speakingFor driver: DriverID
    ) throws(CallError) -> TenantID {
        let caller = try caller(of: context)
        guard caller.subjectKind == .driver, caller.subject.bits == driver.bits,
            TokenScopes(rawValue: caller.scopes).contains(.drive)
        else { throw denied(context) }
        return try fleet(of: context)
    }

    /// The fleet that a call names: another service's delivery on its own account, let in by its certificate and
    /// the registry's list.
    ///
    /// - Throws: `.invalidArgument` where it names none: no row belongs to nobody.
    @discardableResult
    static func fleet(of context: CallContext) throws(CallError) -> TenantID {
        guard context.tenant != .none else {
            throw CallError(
                .invalidArgument,
                "\(context.method.name) names no fleet",
                isNotProcessed: true
            )
        }
        return context.tenant
    }

    private static func caller(of context: CallContext) throws(CallError) -> CallerToken {
        guard let caller = context.caller else {
            throw CallError(
                .unauthenticated,
                "\(context.method.name) is made on somebody's behalf and carries no caller token",
                isNotProcessed: true
            )
        }
        return caller
    }

    private static func denied(_ context: CallContext) -> CallError {
        CallError(
            .permissionDenied,
            "the subject of the call may not \(context.method.name)",
            isNotProcessed: true
        )
    }
}

extension CallError {
    /// The booking is not there, or not this fleet's: the answer is the same.
    static var bookingUnknown: CallError {
        CallError(
            .notFound,
            "no such booking of this fleet",
            subCode: DispatchSubCode.bookingUnknown.rawValue
        )
    }
}
