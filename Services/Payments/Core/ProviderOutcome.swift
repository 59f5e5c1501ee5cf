package import Money
package import Timekeeping

/// What is known after a call to a provider: three answers, not two.
package enum ProviderOutcome: Hashable, Sendable {
    /// It happened.
    case succeeded(ProviderResult)
    /// It did not happen and will not, whatever is repeated under this key.
    case failed(PaymentProblem)
    /// It may or may not have happened. Found out by the same call with the same key, or by reading back;
    /// never by a new charge.
    case unknown(UnknownCause)
}

/// What a provider says that it did.
package enum ProviderResult: Hashable, Sendable {
    /// It knows of the payment under this name; nothing is held yet.
    case opened(order: String)
    /// It knows of the payment and waits for the payer.
    case payerMustAct(order: String)
    /// It holds the amount.
    ///
    /// - `expiresAt`: when the hold ends, if the provider says so.
    case held(order: String, authorisation: String, amount: Amount, expiresAt: WallTime?)
    /// It has taken the amount and keeps `fee` of it.
    case captured(capture: String, amount: Amount, fee: Amount)
    /// It has let go of what it held.
    case released
    /// It has given the amount back, and `feeReturned` of its fee.
    case refunded(refund: String, amount: Amount, feeReturned: Amount)
    /// It has accepted the call and decides later: to be read back.
    case pending
}

/// Why an outcome is not known. Raw values are stored.
package enum UnknownCause: UInt8, Hashable, Sendable, CaseIterable {
    /// No answer in time.
    case timeout = 1
    /// The connection broke when the call was, or may have been, on its way.
    case connectionLost = 2
    /// The provider failed (5xx), or asks to slow down.
    case providerFailed = 3
    /// An earlier call with this key is still being worked on.
    case inProgress = 4
    /// An answer that cannot be read, or says something that we do not know.
    case unreadable = 5
    /// The provider says that it was done before: its answer then has to be read.
    case alreadyDone = 6
    /// Read back, and not there: the call never arrived, or not yet.
    case notThere = 7
    /// Our credentials were refused: nothing was done, and nothing will be until an operator acts.
    case notAuthorised = 8
    /// Not one byte of the call left: this one did nothing, whatever an earlier one under its key did.
    case notSent = 9

    /// How to find out.
    package var nextCall: ProviderOperation.Call {
        self == .alreadyDone ? .readBack : .perform
    }
}
