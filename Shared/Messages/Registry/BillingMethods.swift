internal import WireFormat

/// The methods of billing (service 5). Numbers are fixed and never reused.
package enum BillingMethods {
    /// Reports a completed trip.
    package static let recordTripUsage = Method<TripUsageReport, Acknowledgement>(
        .billing,
        1,
        "recordTripUsage",
        .unary,
        mutating: true,
        .criticalPlus,
        timeout: 5000,
        floor: 30,
        callers: [.dispatch]
    )

    /// A tenant's statement for a month.
    package static let getStatement = Method<GetStatementRequest, StatementReply>(
        .billing,
        2,
        "getStatement",
        .unary,
        mutating: false,
        .sheddablePlus,
        timeout: 10_000,
        floor: 50,
        callers: [.gateway]
    )

    /// Sets what a tenant pays.
    package static let applyPlan = Method<ApplyPlanRequest, Acknowledgement>(
        .billing,
        3,
        "applyPlan",
        .unary,
        mutating: true,
        .sheddablePlus,
        timeout: 10_000,
        floor: 50,
        callers: [.gateway]
    )

    /// Billing in figures.
    package static let status = Method<StatusRequest, BillingStatusReply>(
        .billing,
        4,
        "status",
        .unary,
        mutating: false,
        .sheddable,
        timeout: 1500,
        floor: 10,
        callers: [.gateway]
    )

    /// All, by number.
    package static let all: [MethodDescriptor] = [
        recordTripUsage.descriptor,
        getStatement.descriptor,
        applyPlan.descriptor,
        status.descriptor,
    ]

    /// Numbers of removed methods, never to be used again.
    package static let reservedIDs: [UInt16] = []
}
