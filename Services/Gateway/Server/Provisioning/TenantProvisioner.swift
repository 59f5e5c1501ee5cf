package import DeliverySQL
package import Model
package import Storage
internal import Synchronization
package import Timekeeping

/// Applies tenants' documents, and knows the tenants.
package final class TenantProvisioner: Sendable {
    /// An API key that was made, to be shown once.
    package struct MadeKey: Hashable, Sendable {
        /// What the fleet calls it.
        package let reference: String
        /// The whole key.
        package let text: String
    }

    /// What applying a document came to.
    package struct Applied: Sendable {
        /// The tenant's revision now.
        package let revision: UInt32
        /// Whether the document changed anything.
        package let isChanged: Bool
        /// The keys that were made.
        package let keys: [MadeKey]
    }

    private let store: any TransactionalStore
    private let outbox: OutboxTable
    private let credentials: CredentialBook
    private let random: GatewayRandom
    private let state = Mutex(State())

    private struct State {
        var facts: [TenantID: TenantFacts] = [:]
        /// Loads that were begun.
        var begun: UInt64 = 0
        /// The load whose outcome is in force.
        var loaded: UInt64 = 0
    }

    /// A provisioner that knows nobody yet.
    package init(
        store: any TransactionalStore,
        outbox: OutboxTable,
        credentials: CredentialBook,
        random: GatewayRandom = .secure
    ) {
        self.store = store
        self.outbox = outbox
        self.credentials = credentials
        self.random = random
    }

    /// What is known of a tenant; `nil` where there is none.
    package func tenant(_ tenant: TenantID) -> TenantFacts? {
        state.withLock { $0.facts[tenant] }
    }

    /// Reads all tenants and keys anew.
    ///
    /// Loads may overlap, and one that read before a change may end after one that read it: what was begun first
    /// never replaces what was begun later.
    ///
    /// - Returns: The tenants with their places in the feed.
    @discardableResult
    package func load() async throws(StorageError) -> [TenantRow] {
        let number = state.withLock { state in
            state.begun += 1
            return state.begun
        }
        let read = try await store.read { session throws(StorageError) in
            let rows = try TenantTable.all(in: session)
            var facts: [TenantFacts] = []
            for row in rows { facts.append(try TenantFacts(row, in: session)) }
            return (rows: rows, facts: facts, keys: try KeyTable.all(in: session))
        }
        let facts = Dictionary(uniqueKeysWithValues: read.facts.map { ($0.tenant, $0) })
        let isNewest = state.withLock { state in
            guard number > state.loaded else { return false }
            state.loaded = number
            state.facts = facts
            return true
        }
        if isNewest { credentials.replace(read.keys, load: number) }
        return read.rows
    }

    /// Applies `document`: stores what the gateway keeps, and wishes for what the owners keep, in one transaction.
    ///
    /// The same bytes again change nothing.
    ///
    /// - Parameters:
    ///   - fingerprint: SHA-256 of the document's bytes.
    ///   - now: Real time.
    ///   - businessNow: When tariffs and plans begin.
    package func apply(
        _ document: TenantDocument,
        to tenant: TenantID,
        fingerprint: [UInt8],
        now: WallTime,
        businessNow: WallTime
    ) async throws(StorageError) -> Applied {
        let (outbox, credentials, random) = (outbox, credentials, random)
        let applied = try await store.write { session throws(StorageError) -> Applied in
            let known = try TenantTable.find(tenant, in: session)
            if let known, known.fingerprint == fingerprint {
                return Applied(revision: known.revision, isChanged: false, keys: [])
            }
            let revision = (known?.revision ?? 0) + 1
            try TenantTable.put(
                TenantRow(
                    tenant: tenant,
                    name: document.name,
                    brand: document.brand,
                    currency: document.currency,
                    offsetSeconds: document.offsetSeconds,
                    revision: revision,
                    fingerprint: fingerprint,
                    appliedAt: now,
                    feedPosition: 0
                ),
                in: session
            )
            var change = TenantChange(
                document: document,
                tenant: tenant,
                revision: revision,
                now: now,
                businessNow: businessNow,
                outbox: outbox,
                random: random,
                session: session
            )
            let partners = try change.apply()
            let keys = try change.applyKeys(partners, credentials)
            try ProvisioningTable.purge(of: tenant, before: revision, in: session)
            return Applied(revision: revision, isChanged: true, keys: keys)
        }
        try await load()
        return applied
    }
}
