internal import HTTP
internal import Money
package import PaymentsCore
internal import Timekeeping

/// Reads PayPal's answers. Pure; nothing that PayPal sends can trap it, and what is not understood is unknown, never
/// a success and never a failure.
package enum PayPalAnswers {
    /// What a reply says of the operation that was asked for.
    ///
    /// - Parameters:
    ///   - reply: What came back.
    ///   - operation: As it was when the request was sent: `nextCall` tells a read from the call itself.
    package static func outcome(
        of reply: ProviderReply,
        to operation: ProviderOperation
    ) -> ProviderOutcome {
        switch reply {
        case .notSent: return .unknown(.notSent)
        case .timeout: return .unknown(.timeout)
        case .connectionLost: return .unknown(.connectionLost)
        case .response(let status, let body):
            switch status {
            case 200, 201:
                guard let document = try? JSONReader.read(body) else {
                    return .unknown(.unreadable)
                }
                return success(document, operation)
            case 204 where operation.kind == .void && operation.nextCall == .perform:
                return .succeeded(.released)
            case 401: return .unknown(.notAuthorised)
            case 408, 429, 500...599: return .unknown(.providerFailed)
            case 400...499: return refusal(status, body, operation)
            default: return .unknown(.unreadable)
            }
        }
    }

    private static func refusal(
        _ status: Int,
        _ body: [UInt8],
        _ operation: ProviderOperation
    ) -> ProviderOutcome {
        // A read changes nothing, so its refusal says nothing of the operation.
        if operation.nextCall == .readBack {
            return .unknown(status == 404 ? .notThere : .unreadable)
        }
        if status == 409 { return .unknown(.inProgress) }
        guard let document = try? JSONReader.read(body) else { return .unknown(.unreadable) }
        let issues = (document["details"]?.elements ?? []).compactMap { $0["issue"]?.text }
        for issue in issues {
            if let outcome = PayPalIssue.outcome(of: issue) { return outcome }
        }
        return switch (status, document["name"]?.text) {
        case (403, _): .failed(.merchantAccount)
        case (_, nil): .unknown(.unreadable)
        default: .failed(.requestRefused)
        }
    }

    private static func success(
        _ document: JSONValue,
        _ operation: ProviderOperation
    ) -> ProviderOutcome {
        if operation.nextCall == .readBack { return readBack(PayPalOrder(document), operation) }
        switch operation.kind {
        case .open, .authorise:
            return PayPalOrder(document)?.authorisation() ?? .unknown(.unreadable)
        case .capture:
            return PayPalOrder.captureOutcome(document)
        case .void:
            return document["status"]?.text == "VOIDED"
                ? .succeeded(.released) : .unknown(.alreadyDone)
        case .refund:
            return PayPalOrder.refundOutcome(document)
        }
    }

    private static func readBack(
        _ order: PayPalOrder?,
        _ operation: ProviderOperation
    ) -> ProviderOutcome {
        guard let order else { return .unknown(.unreadable) }
        switch operation.kind {
        case .open:
            return order.authorisation()
        case .authorise:
            return order.isAuthorised ? order.authorisation() : .unknown(.notThere)
        case .capture:
            if let capture = order.capture(invoice: operation.key) {
                return PayPalOrder.captureOutcome(capture)
            }
            return order.isVoided ? .failed(.holdReleased) : .unknown(.notThere)
        case .void:
            if order.isVoided { return .succeeded(.released) }
            return order.isCaptured ? .failed(.alreadyCaptured) : .unknown(.notThere)
        case .refund:
            guard let refund = order.refund(invoice: operation.key) else {
                return .unknown(.notThere)
            }
            return PayPalOrder.refundOutcome(refund)
        }
    }
}

/// The access token of a token call's answer.
package struct PayPalToken: Hashable, Sendable {
    /// The longest token that is taken; the vendor's have about 100 characters.
    package static let characterCountMax = 4096
    /// How long before its end a token is renewed.
    package static let renewalMargin = Duration.seconds(60)

    /// A secret.
    package let text: String
    /// From the answer's arrival.
    package let lifetime: Duration

    /// Reads the answer; `nil` for anything that is not a token.
    package init?(_ reply: ProviderReply) {
        guard case .response(200, let body) = reply,
            let document = try? JSONReader.read(body),
            let text = document["access_token"]?.text,
            (1...Self.characterCountMax).contains(text.utf8.count),
            text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
            let seconds = document["expires_in"]?.whole, (1...31_536_000).contains(seconds)
        else { return nil }
        self.text = text
        lifetime = .seconds(seconds)
    }
}
