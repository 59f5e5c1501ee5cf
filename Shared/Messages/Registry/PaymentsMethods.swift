internal import WireFormat

/// The methods of payments (service 4). Numbers are fixed and never reused.
package enum PaymentsMethods {
    /// Holds a booking's price.
    package static let authorise = Method<AuthoriseRequest, PaymentSnapshot>(
        .payments,
        1,
        "authorise",
        .unary,
        mutating: true,
        .criticalPlus,
        timeout: 5000,
        floor: 30,
        callers: [.dispatch]
    )

    /// Takes held money.
    package static let capture = Method<CaptureRequest, PaymentSnapshot>(
        .payments,
        2,
        "capture",
        .unary,
        mutating: true,
        .criticalPlus,
        timeout: 5000,
        floor: 30,
        callers: [.dispatch]
    )

    /// Lets held money go.
    package static let void = Method<VoidRequest, PaymentSnapshot>(
        .payments,
        3,
        "void",
        .unary,
        mutating: true,
        .criticalPlus,
        timeout: 5000,
        floor: 30,
        callers: [.dispatch]
    )

    /// A payment as it stands.
    package static let getPayment = Method<GetPaymentRequest, PaymentSnapshot>(
        .payments,
        4,
        "getPayment",
        .unary,
        mutating: false,
        .critical,
        timeout: 1500,
        floor: 10,
        callers: [.dispatch, .gateway]
    )

    /// Sets up a vaulted payment method.
    package static let applyPaymentAccount = Method<ApplyPaymentAccountRequest, Acknowledgement>(
        .payments,
        5,
        "applyPaymentAccount",
        .unary,
        mutating: true,
        .sheddablePlus,
        timeout: 10_000,
        floor: 50,
        callers: [.gateway]
    )

    /// The sums of a ledger.
    package static let ledgerSummary = Method<LedgerSummaryRequest, LedgerSummaryReply>(
        .payments,
        6,
        "ledgerSummary",
        .unary,
        mutating: false,
        .sheddable,
        timeout: 10_000,
        floor: 50,
        callers: [.gateway]
    )

    /// Payments in figures.
    package static let status = Method<StatusRequest, PaymentsStatusReply>(
        .payments,
        7,
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
        authorise.descriptor,
        capture.descriptor,
        void.descriptor,
        getPayment.descriptor,
        applyPaymentAccount.descriptor,
        ledgerSummary.descriptor,
        status.descriptor,
    ]

    /// Numbers of removed methods, never to be used again.
    package static let reservedIDs: [UInt16] = []
}
