package import Timekeeping

/// An order as the vendor keeps it.
struct ModelOrder: Hashable, Sendable {
    let id: String
    let amount: ModelMoney
    let referenceID: String
    let customID: String?
    let invoiceID: String?
    let vaultID: String?
    let createdAt: WallTime
    var status: String
    var authorizationID: String?
}

/// A hold.
package struct ModelAuthorization: Hashable, Sendable {
    package let id: String
    let orderID: String
    package let amount: ModelMoney
    package let customID: String?
    let invoiceID: String?
    let createdAt: WallTime
    let expiresAt: WallTime
    package internal(set) var status: String
    package internal(set) var capturedUnits: Int64 = 0
    var captureIDs: [String] = []
}

/// A capture.
package struct ModelCapture: Hashable, Sendable {
    package let id: String
    package let authorizationID: String
    package let amount: ModelMoney
    package let feeUnits: Int64
    package let customID: String?
    package let invoiceID: String?
    let isFinal: Bool
    package let createdAt: WallTime
    package internal(set) var status: String
    package internal(set) var refundedUnits: Int64 = 0
    var refundIDs: [String] = []

    /// Whether money moved.
    package var isTaken: Bool {
        status == "COMPLETED" || status == "PARTIALLY_REFUNDED" || status == "REFUNDED"
    }
}

/// A refund.
struct ModelRefund: Hashable, Sendable {
    let id: String
    let captureID: String
    let amount: ModelMoney
    let customID: String?
    let invoiceID: String?
    let createdAt: WallTime
}

/// The sums of one currency.
package struct ModelTotals: Hashable, Sendable {
    package let currency: String
    package internal(set) var authorizationCount = 0
    package internal(set) var authorizedUnits: Int64 = 0
    package internal(set) var captureCount = 0
    package internal(set) var capturedUnits: Int64 = 0
    package internal(set) var feeUnits: Int64 = 0
    package internal(set) var refundCount = 0
    package internal(set) var refundedUnits: Int64 = 0
    package internal(set) var voidCount = 0
    /// Holds that were captured more than once in full: 0 in a sound run.
    package internal(set) var overCapturedCount = 0
}
