internal import Crypto
package import GatewayCore
package import HTTP
package import Messages
package import Model

/// Who a request comes from, once its key was checked.
package struct Credential: Hashable, Sendable {
    /// The key.
    package let key: Model.KeyID
    /// The fleet; "none" for the operator.
    package let tenant: TenantID
    /// For whom it books; "none" for the fleet itself.
    package let partner: PartnerID
    /// What it may do.
    package let scopes: TokenScopes
    /// How many requests a second.
    package let limit: TokenBucket.Limit
    /// The header that tells `limit`, made once and not for each answer.
    package let policy: ResponseField

    /// A credential whose secret was checked.
    package init(
        key: Model.KeyID,
        tenant: TenantID,
        partner: PartnerID,
        scopes: TokenScopes,
        limit: TokenBucket.Limit
    ) {
        self.key = key
        self.tenant = tenant
        self.partner = partner
        self.scopes = scopes
        self.limit = limit
        policy = Self.policy(limit)
    }

    /// On whose word it acts, as it is signed and recorded: the partner, or the key where the fleet itself acts.
    package var subject: SubjectID {
        SubjectID(bits: partner.isNone ? key.bits : partner.bits)
    }

    /// What kind of subject that is.
    package var subjectKind: SubjectCode { partner.isNone ? .person : .partner }
}

/// The words for scopes in the API.
package enum ScopeWord: String, CaseIterable, Sendable {
    case book
    case readBookings = "read_bookings"
    case manageFleet = "manage_fleet"
    case readMoney = "read_money"
    case operate

    /// The bit of the word.
    package var scope: TokenScopes {
        switch self {
        case .book: .book
        case .readBookings: .readBookings
        case .manageFleet: .manageFleet
        case .readMoney: .readMoney
        case .operate: .operate
        }
    }

    /// The words of `scopes`, in the order of the documentation.
    package static func texts(of scopes: TokenScopes) -> [String] {
        allCases.filter { scopes.contains($0.scope) }.map(\.rawValue)
    }

    /// The words a fleet may give to its keys; operating is the bootstrap key's alone.
    package static let forFleets: [ScopeWord] = [.book, .readBookings, .manageFleet, .readMoney]
}
