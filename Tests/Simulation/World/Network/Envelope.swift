internal import Delivery
internal import Geo
internal import IngestCore
internal import Messages
internal import Model
internal import PaymentsServer
internal import Timekeeping

/// Who sends and receives.
enum Endpoint: Int, CaseIterable {
    case gateway, ingest, dispatch, payments, billing, provider, partners, drivers

    init(_ service: ServiceName) {
        switch service {
        case .gateway: self = .gateway
        case .ingest: self = .ingest
        case .dispatch: self = .dispatch
        case .payments: self = .payments
        case .billing: self = .billing
        }
    }

    var text: String { "\(self)" }
}

/// A partner's HTTP request, as far as the gateway looks at it.
struct PartnerRequest {
    enum Kind: UInt8 { case book = 1, cancel = 2 }

    let kind: Kind
    /// The `Idempotency-Key`.
    let key: String
    /// The encoded booking without its id, or the 16 bytes of the booking to cancel.
    let body: [UInt8]
}

/// The gateway's answer.
struct PartnerReply {
    let status: UInt16
    /// The 16 bytes of the booking; empty with an error.
    let body: [UInt8]
}

/// A fix on its way from ingest to dispatch.
struct PassedFix {
    let reference: DriverReference
    let position: GeoPoint
    let at: WallTime
}

/// A driver on duty, as dispatch tells ingest.
struct ShiftLine {
    let reference: DriverReference
    let duty: Duty
}

enum Request {
    case command(Command)
    case provider(ProviderRequest)
    case partner(PartnerRequest)
    /// From a phone: a batch of fixes.
    case fixes(DriverReference, [Fix])
    /// From a phone: what am I to do?
    case duty(DriverID)
    case passedFixes([PassedFix])
    /// From ingest: who is on duty?
    case shifts
    /// From dispatch, and on to the phone.
    case show(OfferEvent)

    var label: String {
        switch self {
        case .command(let command): "command \(command.destination.text).\(command.method)"
        case .provider(let request): "provider \(request.method.rawValue)"
        case .partner(let request): "partner \(request.kind) \(request.key)"
        case .fixes: "fixes"
        case .duty: "duty"
        case .passedFixes: "passed-fixes"
        case .shifts: "shifts"
        case .show: "show"
        }
    }

    /// Whether it is worth a line in the trace: positions are most of the traffic and say little.
    var isTraced: Bool {
        switch self {
        case .fixes, .passedFixes, .shifts, .duty: false
        default: true
        }
    }
}

enum Reply {
    case command(CommandReply)
    case provider(ProviderReply)
    case partner(PartnerReply)
    case duty(OfferEvent?)
    case shifts([ShiftLine])
    case done
}
