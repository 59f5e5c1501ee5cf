internal import Delivery
internal import DeliverySQL
internal import GatewayCore
internal import Messages
internal import Model
internal import Storage
internal import Timekeeping
internal import WireFormat

/// One application of a document within its transaction: rows of ours, and wishes for the owners.
struct TenantChange {
    /// Drivers or vehicles of one command: with the longest texts 128 stay below half of a message.
    static let rosterChunkCount = 128

    let document: TenantDocument
    let tenant: TenantID
    let revision: UInt32
    let now: WallTime
    let businessNow: WallTime
    let outbox: OutboxTable
    let random: GatewayRandom
    let session: any SQLSession
    /// Numbers the roster's commands within the revision.
    var rosterCount: UInt64 = 0

    init(
        document: TenantDocument,
        tenant: TenantID,
        revision: UInt32,
        now: WallTime,
        businessNow: WallTime,
        outbox: OutboxTable,
        random: GatewayRandom,
        session: any SQLSession
    ) {
        self.document = document
        self.tenant = tenant
        self.revision = revision
        self.now = now
        self.businessNow = businessNow
        self.outbox = outbox
        self.random = random
        self.session = session
    }

    /// From when on tariffs and plans hold: a new tenant's always did, so that a rehearsal may begin in the past.
    var validFrom: WallTime { revision == 1 ? .none : businessNow }

    /// Applies everything but keys.
    ///
    /// - Returns: The partners' ids by reference.
    mutating func apply() throws(StorageError) -> [String: PartnerID] {
        try applyPlan()
        try applyTariffs()
        try applyZones()
        try applyVehicles()
        try applyDrivers()
        return try applyPartners()
    }

    /// Stores the wanted items of a kind; what is stored and not wanted any more becomes inactive.
    ///
    /// - Returns: All items by reference, and those that have just become inactive.
    func merge(
        _ kind: FleetItemKind,
        _ wanted: [FleetItem]
    ) throws(StorageError) -> (
        all: [String: FleetItem], removed: [FleetItem], before: [String: FleetItem]
    ) {
        let stored = try FleetTable.items(kind, of: tenant, in: session)
        let before = Dictionary(uniqueKeysWithValues: stored.map { ($0.reference, $0) })
        var all: [String: FleetItem] = [:]
        for item in wanted {
            var item = item
            if let known = before[item.reference] { item.bits = known.bits }
            all[item.reference] = item
        }
        var removed: [FleetItem] = []
        for item in stored where item.isActive && all[item.reference] == nil {
            var item = item
            item.isActive = false
            removed.append(item)
        }
        try FleetTable.put(
            wanted.compactMap { all[$0.reference] } + removed,
            of: tenant,
            in: session
        )
        return (all, removed, before)
    }

    func freshBits() -> UInt128 {
        let id: SubjectID = random.id(at: now)
        return id.bits
    }

    /// Adds a command to the outbox and to the list that the operator sees.
    func send<Request, Response>(
        _ method: Method<Request, Response>,
        to destination: ServiceName,
        _ what: String,
        body: [UInt8]
    ) throws(StorageError) {
        let key: IdempotencyKey = random.id(at: now)
        try outbox.append(
            Command(
                destination: destination,
                method: method.descriptor.id,
                key: key,
                tenant: tenant,
                subject: "operator",
                body: body
            ),
            // First in, first out within the tenant: a later revision never arrives before an earlier one.
            orderingKey: OrderingKey(bits: UInt128(tenant.rawValue)),
            at: now,
            in: session
        )
        try ProvisioningTable.insert(
            ProvisioningStep(key: key, destination: destination, what: what, state: .waiting),
            of: tenant,
            revision: revision,
            at: now,
            in: session
        )
    }

    func encoded(_ message: some WireMessage) throws(StorageError) -> [UInt8] {
        do throws(WireError) {
            return try message.encoded()
        } catch {
            throw StorageError(.invalid, "a command does not encode: \(error)")
        }
    }
}
