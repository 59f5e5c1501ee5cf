package import Crypto
package import GatewayCore
internal import Messages
package import Model
internal import Synchronization
package import Timekeeping

/// All keys that may be used, in memory: a request is let in or refused without asking the store.
///
/// Read anew after each change here, and every few seconds for changes by another instance; so a revoked key is
/// good for that long at most.
package final class CredentialBook: Sendable {
    /// The least length of the operator's key.
    package static let adminByteCountMin = 32

    private struct Entry {
        let hash: Digest256
        let credential: Credential
        let environment: APIKeyText.Environment
    }

    private struct State {
        var entries: [Model.KeyID: Entry] = [:]
        /// The look at the store that they are of.
        var load: UInt64 = 0
        /// When keys were used since it was last written.
        var uses: [Model.KeyID: WallTime] = [:]
    }

    private let hashKey: HashKey
    private let adminByteCount: Int
    private let environment: APIKeyText.Environment
    private let defaultLimit: TokenBucket.Limit
    private let adminCredential: Credential
    private let adminHash: Digest256
    private let state = Mutex(State())

    /// A book that knows the operator's key alone.
    ///
    /// - Parameters:
    ///   - adminKey: The operator's own: any text of `adminByteCountMin` bytes or more.
    ///   - environment: Keys of the other one are refused.
    ///   - defaultLimit: For keys without one of their own.
    package init(
        hashKey: HashKey,
        adminKey: String,
        environment: APIKeyText.Environment,
        defaultLimit: TokenBucket.Limit
    ) {
        self.hashKey = hashKey
        adminByteCount = adminKey.utf8.count
        self.environment = environment
        self.defaultLimit = defaultLimit
        adminCredential = Credential(
            key: Model.KeyID(bits: 1),
            tenant: .none,
            partner: .none,
            scopes: .operate,
            limit: defaultLimit
        )
        adminHash = hashKey.hash(ofSecret: adminKey)
    }

    /// Takes over what the store holds.
    ///
    /// - Parameter load: Rises with each look at the store; an older one changes nothing.
    package func replace(_ rows: [KeyRow], load: UInt64) {
        var entries: [Model.KeyID: Entry] = [:]
        entries.reserveCapacity(rows.count)
        for row in rows {
            entries[row.key] = Entry(
                hash: row.secretHash,
                credential: Credential(
                    key: row.key,
                    tenant: row.tenant,
                    partner: row.partner,
                    scopes: row.scopes,
                    limit: limit(row.requestsPerSecond)
                ),
                environment: row.environment
            )
        }
        let loaded = entries
        state.withLock { state in
            guard load > state.load else { return }
            state.load = load
            state.entries = loaded
        }
    }

    /// Twice the rate at once, so that a client that wakes up each second is not refused for its rhythm.
    private func limit(_ requestsPerSecond: UInt32) -> TokenBucket.Limit {
        TokenBucket.Limit(
            burst: min(1_000_000, UInt64(requestsPerSecond) * 2),
            perSecond: UInt64(requestsPerSecond)
        ) ?? defaultLimit
    }

    /// Who the key in an `Authorization` header belongs to.
    ///
    /// - Parameters:
    ///   - text: The key without the scheme.
    ///   - now: Real time, for the key's last use.
    /// - Returns: `nil` for anything but a key in force; the caller says no more than that.
    /// - Complexity: One HMAC over some 50 bytes for a key of a fleet, known or not; the operator's costs a second.
    package func credential(_ text: ArraySlice<UInt8>, at now: WallTime) -> Credential? {
        if let key = APIKeyText.Parts(text), key.environment == environment,
            let credential = credential(of: key.id, hashKey.hash(ofSecret: key.secret), at: now)
        {
            return credential
        }
        // It may have the form of the others, so their look-up says nothing about it.
        guard text.count == adminByteCount, hashKey.hash(ofSecret: text) == adminHash else {
            return nil
        }
        return adminCredential
    }

    private func credential(
        of key: Model.KeyID,
        _ hash: Digest256,
        at now: WallTime
    ) -> Credential? {
        state.withLock { state in
            guard let entry = state.entries[key], entry.environment == environment,
                entry.hash == hash
            else { return nil }
            // To the minute is enough to find keys that nobody uses.
            if let last = state.uses[key], last.duration(to: now) < .seconds(60) {
                return entry.credential
            }
            state.uses[key] = now
            return entry.credential
        }
    }

    /// The uses since the last call, to be stored; by key, so that a run can be repeated.
    package func takeUses() -> [(key: Model.KeyID, at: WallTime)] {
        state.withLock { state in
            defer { state.uses = [:] }
            return state.uses.sorted { $0.key < $1.key }.map { (key: $0.key, at: $0.value) }
        }
    }

    /// A new key with a secret of 256 random bits, and what is stored of it.
    package func make(
        at now: WallTime,
        using random: GatewayRandom = .secure
    ) -> (text: APIKeyText, hash: Digest256) {
        let key = APIKeyText(
            environment: environment,
            id: random.id(at: now),
            secret: Base64.encode(SecureRandom.bytes(32), .url)
        )
        return (key, hashKey.hash(ofSecret: key.secret))
    }
}
