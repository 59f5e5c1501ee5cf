package import WireFormat

/// The services of the registry; numbers are fixed and never reused.
package enum RegistryService: UInt16, Hashable, Sendable, CaseIterable {
    /// Serves no methods of its own: it speaks HTTP to the outside and LBP/1 to the others.
    case gateway = 1
    /// Drivers' phones, and what dispatch and the gateway want of positions and zones.
    case ingest = 2
    /// Bookings, offers, shifts, prices.
    case dispatch = 3
    /// Holds, captures, the ledger.
    case payments = 4
    /// Usage, commission, statements.
    case billing = 5
    /// What each of the five serves alike.
    case control = 6
}

/// Who may open a call: the name in its certificate, or what its token says.
package enum MethodCaller: String, Hashable, Sendable, CaseIterable {
    /// The gateway, for a partner or an operator.
    case gateway
    /// Ingest, for its drivers.
    case ingest
    /// Dispatch.
    case dispatch
    /// Payments.
    case payments
    /// Billing.
    case billing
    /// A phone with a driver's token.
    case driver
    /// The operator's command.
    case `operator`
}

/// What the registry says about one method.
package struct MethodDescriptor: Hashable, Sendable {
    /// Who serves it.
    package let service: RegistryService
    /// Its number within the service, never reused.
    package let id: UInt16
    /// Its name.
    package let name: String
    /// How many messages each way.
    package let kind: CallKind
    /// The message of the request, or of each of them.
    package let request: String
    /// The message of the answer, or of each of them.
    package let response: String
    /// Whether it changes something: then an idempotency key is required.
    package let isMutating: Bool
    /// How much it matters under load.
    package let criticality: Criticality
    /// The budget of a call whose caller has no smaller one, milliseconds; `nil` where a stream has
    /// no end.
    package let timeoutMilliseconds: UInt32?
    /// A call with less left is refused at once, milliseconds.
    package let floorMilliseconds: UInt32
    /// Who may open it.
    package let callers: [MethodCaller]
}

/// A method with the types of its messages, so that a call cannot be given the wrong ones.
package struct Method<Request, Response>: Sendable {
    /// What the registry says.
    package let descriptor: MethodDescriptor

    /// A row of the registry.
    init(
        _ service: RegistryService,
        _ id: UInt16,
        _ name: String,
        _ kind: CallKind,
        mutating isMutating: Bool,
        _ criticality: Criticality,
        timeout: UInt32?,
        floor: UInt32,
        callers: [MethodCaller]
    ) {
        descriptor = MethodDescriptor(
            service: service,
            id: id,
            name: name,
            kind: kind,
            request: String(describing: Request.self),
            response: String(describing: Response.self),
            isMutating: isMutating,
            criticality: criticality,
            timeoutMilliseconds: timeout,
            floorMilliseconds: floor,
            callers: callers
        )
    }
}
