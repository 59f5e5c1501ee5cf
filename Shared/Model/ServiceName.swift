/// One of the five programs, numbered as in the registry of LBP/1; numbers are never reused.
package enum ServiceName: UInt16, Hashable, Sendable, CaseIterable {
    case gateway = 1
    case ingest = 2
    case dispatch = 3
    case payments = 4
    case billing = 5

    /// The name of its product, its certificate and its log lines.
    package var text: String {
        switch self {
        case .gateway: "gateway"
        case .ingest: "ingest"
        case .dispatch: "dispatch"
        case .payments: "payments"
        case .billing: "billing"
        }
    }
}
