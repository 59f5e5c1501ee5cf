/// On whose word a booking moves. Raw values are stored and never reused.
package enum BookingActor: UInt8, Hashable, Sendable, CaseIterable {
    /// Who booked, through the gateway; a passenger's wish comes through his partner.
    case partner = 1
    /// The driver the step is about, through ingest.
    case driver = 2
    /// The payments service, with the provider's answer.
    case payments = 3
    /// Dispatch itself: its clock, its matching and its rules.
    case dispatch = 4
    /// A person of the fleet.
    case fleet = 5

    /// The name in the documents and in stored subjects.
    package var text: String {
        switch self {
        case .partner: "partner"
        case .driver: "driver"
        case .payments: "payments"
        case .dispatch: "dispatch"
        case .fleet: "fleet"
        }
    }
}
