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
    private var rosterCount: UInt64 = 0

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
    private var validFrom: WallTime { revision == 1 ? .none : businessNow }

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
    private func merge(
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

    private func freshBits() -> UInt128 {
        let id: SubjectID = random.id(at: now)
        return id.bits
    }

    /// Adds a command to the outbox and to the list that the operator sees.
    private func send<Request, Response>(
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

    private func encoded(_ message: some WireMessage) throws(StorageError) -> [UInt8] {
        do throws(WireError) {
            return try message.encoded()
        } catch {
            throw StorageError(.invalid, "a command does not encode: \(error)")
        }
    }

    // MARK: - What is sent to whom

    private func applyPlan() throws(StorageError) {
        let plan = document.plan
        let request = ApplyPlanRequest.with { request in
            request.version = revision
            request.commissionBasisPoints = plan.commissionBasisPoints
            request.taxBasisPoints = plan.taxBasisPoints
            request.validFrom = validFrom
            request.offsetSeconds = document.offsetSeconds
            request.planName = plan.name
            if plan.tripFeeMinorUnits > 0 {
                var fee = TripFee()
                fee.amountMinorUnits = plan.tripFeeMinorUnits
                fee.currency = document.currency
                request.tripFees = [fee]
            }
        }
        try send(BillingMethods.applyPlan, to: .billing, "plan", body: encoded(request))
    }

    private func applyTariffs() throws(StorageError) {
        var wanted: [FleetItem] = []
        for tariff in document.tariffs {
            var print = Fingerprint()
            print.add(try encoded(tariff.request))
            wanted.append(
                FleetItem(
                    kind: .tariff,
                    reference: tariff.reference,
                    bits: freshBits(),
                    name: tariff.reference,
                    detail: Int64(truncatingIfNeeded: print.bits)
                )
            )
        }
        let merged = try merge(.tariff, wanted)
        for tariff in document.tariffs {
            let reference = tariff.reference
            // An unchanged tariff keeps its version, or every open quote would go stale.
            if let before = merged.before[reference], before.isActive,
                before.detail == merged.all[reference]?.detail
            {
                continue
            }
            var request = tariff.request
            request.version = revision
            request.validFrom = validFrom
            try send(
                DispatchMethods.applyTariff,
                to: .dispatch,
                "tariff \(reference)",
                body: encoded(request)
            )
        }
    }

    private func applyZones() throws(StorageError) {
        let merged = try merge(
            .zone,
            document.zones.map { zone in
                FleetItem(
                    kind: .zone,
                    reference: zone.reference,
                    bits: freshBits(),
                    name: zone.name,
                    detail: Int64(zone.purpose.rawValue)
                )
            }
        )
        for zone in document.zones {
            guard let item = merged.all[zone.reference] else { continue }
            try sendZone(zone.name) { () throws(WireError) in
                try zone.chunks(zone: ZoneID(bits: item.bits), revision: UInt64(revision))
            }
        }
        for item in merged.removed {
            try sendZone("\(item.name), removed") { () throws(WireError) in
                try ZoneGeometry.removal(of: ZoneID(bits: item.bits), revision: UInt64(revision))
            }
        }
    }

    private func sendZone(
        _ name: String,
        _ chunks: () throws(WireError) -> [[UInt8]]
    ) throws(StorageError) {
        let body: [UInt8]
        do throws(WireError) {
            body = ZoneChunks.join(try chunks())
        } catch {
            throw StorageError(.invalid, "a zone does not encode: \(error)")
        }
        try send(IngestMethods.putZones, to: .ingest, "zone \(name)", body: body)
    }

    private mutating func applyVehicles() throws(StorageError) {
        let merged = try merge(
            .vehicle,
            document.vehicles.map { vehicle in
                FleetItem(
                    kind: .vehicle,
                    reference: vehicle.reference,
                    bits: freshBits(),
                    name: vehicle.plate,
                    isActive: vehicle.isActive
                )
            }
        )
        var entries: [VehicleEntry] = []
        for vehicle in document.vehicles {
            guard let item = merged.all[vehicle.reference] else { continue }
            entries.append(
                .with { entry in
                    entry.vehicle = VehicleID(bits: item.bits)
                    entry.vehicleClass = WireEnum(vehicle.vehicleClass)
                    entry.seatCount = vehicle.seatCount
                    entry.isActive = vehicle.isActive
                    entry.plate = vehicle.plate
                    entry.model = vehicle.model
                    entry.fleetReference = vehicle.reference
                }
            )
        }
        for item in merged.removed {
            entries.append(
                .with { entry in
                    entry.vehicle = VehicleID(bits: item.bits)
                    entry.vehicleClass = WireEnum(.standard)
                    entry.fleetReference = item.reference
                }
            )
        }
        try sendRoster("vehicles", entries) { $0.vehicles = $1 }
    }

    private mutating func applyDrivers() throws(StorageError) {
        let merged = try merge(
            .driver,
            document.drivers.map { driver in
                FleetItem(
                    kind: .driver,
                    reference: driver.reference,
                    bits: freshBits(),
                    name: driver.name,
                    isActive: driver.isActive
                )
            }
        )
        var entries: [DriverEntry] = []
        for driver in document.drivers {
            guard let item = merged.all[driver.reference] else { continue }
            entries.append(
                .with { entry in
                    entry.driver = DriverID(bits: item.bits)
                    entry.ratingHundredths = driver.ratingHundredths
                    entry.isActive = driver.isActive
                    entry.displayName = driver.name
                    entry.fleetReference = driver.reference
                }
            )
        }
        for item in merged.removed {
            entries.append(
                .with { entry in
                    entry.driver = DriverID(bits: item.bits)
                    entry.displayName = item.name
                    entry.fleetReference = item.reference
                }
            )
        }
        try sendRoster("drivers", entries) { $0.drivers = $1 }
    }

    private mutating func sendRoster<Entry>(
        _ what: String,
        _ entries: [Entry],
        _ fill: (inout ApplyRosterRequest, [Entry]) -> Void
    ) throws(StorageError) {
        var start = 0
        while start < entries.count {
            let end = min(start + Self.rosterChunkCount, entries.count)
            var request = ApplyRosterRequest()
            // Rises with every command, not only with the revision: an equal one may be taken for a repeat.
            request.revision = UInt64(revision) << 16 | rosterCount
            rosterCount += 1
            fill(&request, Array(entries[start..<end]))
            try send(
                DispatchMethods.applyRoster,
                to: .dispatch,
                "\(what) \(start + 1) to \(end)",
                body: encoded(request)
            )
            start = end
        }
    }

    private func applyPartners() throws(StorageError) -> [String: PartnerID] {
        let partners = try merge(
            .partner,
            document.partners.map { partner in
                FleetItem(
                    kind: .partner,
                    reference: partner.reference,
                    bits: freshBits(),
                    name: partner.name
                )
            }
        )
        let methods = try merge(
            .paymentMethod,
            document.partners.compactMap { partner in
                partner.method.map { method in
                    FleetItem(
                        kind: .paymentMethod,
                        reference: partner.reference,
                        bits: freshBits(),
                        name: method.label,
                        detail: Int64(method.provider.rawValue)
                    )
                }
            }
        )
        for partner in document.partners {
            guard let method = partner.method, let item = methods.all[partner.reference],
                let owner = partners.all[partner.reference]
            else { continue }
            let request = ApplyPaymentAccountRequest.with { request in
                request.paymentMethod = PaymentMethodID(bits: item.bits)
                request.partner = PartnerID(bits: owner.bits)
                request.revision = UInt64(revision)
                request.provider = WireEnum(method.provider)
                request.isActive = true
                request.vaultToken = method.vaultToken
                request.label = method.label
                request.merchantReference = document.merchantReference
            }
            try sendMethod(partner.reference, request)
        }
        for item in methods.removed {
            let owner = partners.all[item.reference] ?? partners.before[item.reference]
            let request = ApplyPaymentAccountRequest.with { request in
                request.paymentMethod = PaymentMethodID(bits: item.bits)
                request.partner = PartnerID(bits: owner?.bits ?? 0)
                request.revision = UInt64(revision)
                request.provider = WireEnum(rawValue: UInt8(clamping: item.detail))
                request.label = item.name
            }
            try sendMethod(item.reference, request)
        }
        return partners.all.mapValues { PartnerID(bits: $0.bits) }
    }

    private func sendMethod(
        _ reference: String,
        _ request: ApplyPaymentAccountRequest
    ) throws(StorageError) {
        try send(
            PaymentsMethods.applyPaymentAccount,
            to: .payments,
            "payment method of \(reference)",
            body: encoded(request)
        )
    }

    // MARK: - Keys

    /// Makes the keys that are new, changes those that are there, revokes those that are not listed any more.
    func applyKeys(
        _ partners: [String: PartnerID],
        _ credentials: CredentialBook
    ) throws(StorageError) -> [TenantProvisioner.MadeKey] {
        let stored = try KeyTable.keys(of: tenant, in: session)
        var made: [TenantProvisioner.MadeKey] = []
        for key in document.keys {
            let partner = key.partner.flatMap { partners[$0] } ?? .none
            if var row = stored.first(where: { $0.reference == key.reference }) {
                row.scopes = key.scopes
                row.partner = partner
                row.requestsPerSecond = key.requestsPerSecond
                try KeyTable.update(row, in: session)
                continue
            }
            let (text, hash) = credentials.make(at: now, using: random)
            let row = KeyRow(
                key: text.id,
                tenant: tenant,
                reference: key.reference,
                secretHash: hash,
                environment: text.environment,
                scopes: key.scopes,
                partner: partner,
                requestsPerSecond: key.requestsPerSecond,
                lastUsedAt: nil
            )
            try KeyTable.insert(row, at: now, in: session)
            made.append(TenantProvisioner.MadeKey(reference: key.reference, text: text.text))
        }
        let wanted = Set(document.keys.map(\.reference))
        for row in stored where !wanted.contains(row.reference) {
            try KeyTable.revoke(row.key, at: now, in: session)
        }
        return made
    }
}
