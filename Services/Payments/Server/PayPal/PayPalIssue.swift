internal import PaymentsCore

/// What an `issue` of PayPal's errors means for the payment (`details[].issue` in its OpenAPI documents).
enum PayPalIssue {
    /// The outcome that `issue` stands for; `nil` where it is not in the table.
    static func outcome(of issue: String) -> ProviderOutcome? {
        if let problem = problem(of: issue) { return .failed(problem) }
        switch issue {
        case "PREVIOUS_REQUEST_IN_PROGRESS":
            return .unknown(.inProgress)
        case "ORDER_ALREADY_AUTHORIZED", "ORDER_ALREADY_CAPTURED", "AUTHORIZATION_ALREADY_CAPTURED",
            "PREVIOUSLY_VOIDED", "CAPTURE_FULLY_REFUNDED", "DUPLICATE_INVOICE_ID",
            "PAYPAL_REQUEST_ID_PREVIOUSLY_USED", "PREVIOUSLY_CAPTURED":
            return .unknown(.alreadyDone)
        case "PENDING_CAPTURE", "REFUND_FAILED_INSUFFICIENT_FUNDS":
            // It may go through later, under the same key.
            return .unknown(.inProgress)
        default:
            return nil
        }
    }

    private static func problem(of issue: String) -> PaymentProblem? {
        payerProblem(of: issue) ?? ownProblem(of: issue) ?? stateProblem(of: issue)
    }

    private static func payerProblem(of issue: String) -> PaymentProblem? {
        switch issue {
        case "INSTRUMENT_DECLINED", "PAYMENT_SOURCE_DECLINED_BY_PROCESSOR", "PAYER_CANNOT_PAY",
            "REDIRECT_PAYER_FOR_ALTERNATE_FUNDING":
            .instrumentDeclined
        case "CARD_EXPIRED": .methodExpired
        case "PAYER_ACTION_REQUIRED", "ORDER_NOT_APPROVED": .payerMustAct
        case "ORDER_EXPIRED": .payerDidNotApprove
        case "INVALID_VAULT_ID", "TOKEN_ID_NOT_FOUND": .methodUnknown
        case "PAYER_ACCOUNT_LOCKED_OR_CLOSED", "PAYER_ACCOUNT_RESTRICTED": .payerBlocked
        case "COMPLIANCE_VIOLATION", "TRANSACTION_REFUSED", "PAYEE_BLOCKED_TRANSACTION":
            .refusedForCompliance
        default: nil
        }
    }

    private static func ownProblem(of issue: String) -> PaymentProblem? {
        switch issue {
        case "PAYEE_ACCOUNT_RESTRICTED", "PAYEE_ACCOUNT_LOCKED_OR_CLOSED",
            "PAYEE_ACCOUNT_NOT_VERIFIED", "AUTH_CAPTURE_NOT_ENABLED", "PERMISSION_DENIED",
            "TRANSACTION_RECEIVING_LIMIT_EXCEEDED":
            .merchantAccount
        case "DECIMAL_PRECISION", "DECIMALS_NOT_SUPPORTED", "CANNOT_BE_ZERO_OR_NEGATIVE",
            "INVALID_CURRENCY_CODE", "CURRENCY_NOT_SUPPORTED_FOR_COUNTRY":
            .amountNotSupported
        case "AUTH_CAPTURE_CURRENCY_MISMATCH", "REFUND_CAPTURE_CURRENCY_MISMATCH",
            "MISSING_REQUIRED_PARAMETER", "INVALID_PARAMETER_SYNTAX", "INVALID_PARAMETER_VALUE",
            "ACTION_DOES_NOT_MATCH_INTENT", "AMOUNT_MISMATCH", "MALFORMED_REQUEST_JSON":
            .requestRefused
        default: nil
        }
    }

    private static func stateProblem(of issue: String) -> PaymentProblem? {
        switch issue {
        case "AUTHORIZATION_EXPIRED": .holdExpired
        case "AUTHORIZATION_VOIDED": .holdReleased
        case "MAX_CAPTURE_AMOUNT_EXCEEDED", "MAX_CAPTURE_COUNT_EXCEEDED": .exceedsHold
        case "REFUND_AMOUNT_EXCEEDED": .exceedsCapture
        case "CANNOT_BE_VOIDED": .alreadyCaptured
        case "REFUND_NOT_ALLOWED", "PARTIAL_REFUND_NOT_ALLOWED", "TRANSACTION_DISPUTED",
            "REFUND_NOT_PERMITTED_DUE_TO_CHARGEBACK", "REFUND_TIME_LIMIT_EXCEEDED",
            "MAX_NUMBER_OF_REFUNDS_EXCEEDED":
            .refundRefused
        default: nil
        }
    }
}
