internal import Calls
internal import Messages
internal import Model
internal import PaymentsServer

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

extension PeerIdentity {
    /// A service as its certificate names it.
    init(_ service: ServiceName) {
        switch service {
        case .gateway: self = .service(.gateway)
        case .ingest: self = .service(.ingest)
        case .dispatch: self = .service(.dispatch)
        case .payments: self = .service(.payments)
        case .billing: self = .service(.billing)
        }
    }
}

/// What is asked once and answered once.
enum Request {
    /// A call between services, or of a driver's phone.
    case call(DirectCall, PeerIdentity)
    case provider(ProviderRequest)
    /// A partner's or the operator's HTTP request: its bytes, and what it is called in the trace.
    case http([UInt8], String)

    var label: String {
        switch self {
        case .call(let call, _): "\(call.method.name)"
        case .provider(let request): "provider \(request.method.rawValue)"
        case .http(_, let name): name
        }
    }
}

enum Reply {
    case call(Result<[UInt8], CallError>)
    case provider(ProviderReply)
    case http(HTTPAnswer)
}

/// The gateway's answer to a partner.
struct HTTPAnswer: Equatable {
    let status: UInt16
    let body: [UInt8]
    /// The entity tag; empty where there is none.
    let entityTag: String
}
