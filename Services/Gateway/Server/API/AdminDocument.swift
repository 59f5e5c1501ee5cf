internal import HTTP
internal import Messages
internal import Model
internal import Money
internal import Storage
internal import Timekeeping

/// A tenant as the operator sees it.
struct TenantView: Sendable {
    private let row: TenantRow
    private let keys: [KeyRow]
    private let items: [FleetItemKind: [FleetItem]]
    private let steps: [ProvisioningStep]

    /// The tenant; `nil` where there is none.
    init?(_ tenant: TenantID, in session: any SQLSession) throws(StorageError) {
        guard let row = try TenantTable.find(tenant, in: session) else { return nil }
        self.row = row
        keys = try KeyTable.keys(of: tenant, in: session)
        var items: [FleetItemKind: [FleetItem]] = [:]
        for kind in FleetItemKind.allCases {
            items[kind] = try FleetTable.items(kind, of: tenant, in: session)
        }
        self.items = items
        steps = try ProvisioningTable.steps(of: tenant, revision: row.revision, in: session)
    }

    /// The document; with the keys that were made just now, which are shown this once.
    func encoded(_ applied: TenantProvisioner.Applied?) -> [UInt8] {
        var json = JSONWriter(capacity: 65_536)
        json.beginObject()
        json.member("id", Int64(clamping: row.tenant.rawValue))
        json.member("name", row.name)
        json.key("brand")
        json.raw(Array(row.brand.utf8))
        json.member("currency", row.currency.code)
        json.member("utc_offset_minutes", Int64(row.offsetSeconds / 60))
        json.member("revision", Int64(row.revision))
        json.member("applied_at", row.appliedAt)
        if let applied { json.member("changed", applied.isChanged) }
        writeKeys(applied?.keys ?? [], &json)
        list("drivers", .driver, &json) { DriverID(bits: $0).description }
        list("vehicles", .vehicle, &json) { VehicleID(bits: $0).description }
        list("partners", .partner, &json) { PartnerID(bits: $0).description }
        list("zones", .zone, &json) { ZoneID(bits: $0).description }
        writeSteps(&json)
        json.endObject()
        return json.finish()
    }

    private func writeKeys(_ made: [TenantProvisioner.MadeKey], _ json: inout JSONWriter) {
        json.key("keys")
        json.beginArray()
        for key in keys {
            json.beginObject()
            json.member("reference", key.reference)
            json.member("id", key.key.description)
            json.key("scopes")
            json.beginArray()
            for word in ScopeWord.allCases where key.scopes.contains(word.scope) {
                json.string(word.rawValue)
            }
            json.endArray()
            if !key.partner.isNone { json.member("partner_id", key.partner.description) }
            if let last = key.lastUsedAt { json.member("last_used_at", last) }
            json.member("secret", ifPresent: made.first { $0.reference == key.reference }?.text)
            json.endObject()
        }
        json.endArray()
    }

    private func list(
        _ name: StaticString,
        _ kind: FleetItemKind,
        _ json: inout JSONWriter,
        _ text: (UInt128) -> String
    ) {
        json.key(name)
        json.beginArray()
        for item in items[kind] ?? [] {
            json.beginObject()
            json.member("reference", item.reference)
            json.member("id", text(item.bits))
            json.member("active", item.isActive)
            json.endObject()
        }
        json.endArray()
    }

    private func writeSteps(_ json: inout JSONWriter) {
        json.key("provisioning")
        json.beginObject()
        func count(_ state: ProvisioningStep.State) -> Int64 {
            Int64(steps.count { $0.state == state })
        }
        json.member("delivered", count(.delivered))
        json.member("waiting", count(.waiting))
        json.member("refused", count(.refused))
        json.key("open")
        json.beginArray()
        for step in steps where step.state != .delivered {
            json.beginObject()
            json.member("service", step.destination.text)
            json.member("what", step.what)
            json.member("state", step.state == .refused ? "refused" : "waiting")
            if step.state == .refused {
                json.member("code", Int64(step.code))
                json.member("sub_code", Int64(step.subCode))
            }
            json.endObject()
        }
        json.endArray()
        json.endObject()
    }
}

/// What the operator reads of the other services.
enum AdminDocument {
    static func ledger(_ reply: LedgerSummaryReply) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.member("balanced", reply.isBalanced)
        json.member("postings", Int64(clamping: reply.postingCount))
        json.member("entries", Int64(clamping: reply.entryCount))
        json.key("accounts")
        json.beginArray()
        for account in reply.accounts {
            json.beginObject()
            json.member("account", LedgerAccountWord.text(account.account))
            json.member("provider", ifFilled: ProviderWord.text(account.provider))
            json.member("currency", ifPresent: account.currency?.code)
            json.member("debit", account.debitMinorUnits)
            json.member("credit", account.creditMinorUnits)
            json.endObject()
        }
        json.endArray()
        json.endObject()
        return json.finish()
    }

    static func statement(_ reply: StatementReply) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        let month = reply.month < 10 ? "0\(reply.month)" : "\(reply.month)"
        json.member("month", "\(reply.year)-\(month)")
        json.member("closed", reply.isClosed)
        json.member("computed_at", reply.computedAt)
        json.key("sections")
        json.beginArray()
        for section in reply.sections {
            json.beginObject()
            json.member("currency", ifPresent: section.currency?.code)
            json.member("trips", Int64(section.tripCount))
            json.member("fares", section.faresMinorUnits)
            json.member("tax", section.taxMinorUnits)
            json.member("commission", section.commissionMinorUnits)
            json.member("trip_fees", section.tripFeesMinorUnits)
            json.member("due", section.dueMinorUnits)
            json.endObject()
        }
        json.endArray()
        json.endObject()
        return json.finish()
    }

    static func figures(
        _ dispatch: DispatchStatusReply,
        _ ingest: IngestStatusReply,
        _ payments: PaymentsStatusReply,
        _ billing: BillingStatusReply
    ) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.key("dispatch")
        json.beginObject()
        json.member("drivers_on_duty", Int64(dispatch.driversOnDuty))
        json.member("drivers_free", Int64(dispatch.driversFree))
        json.member("offers_open", Int64(dispatch.offersOpen))
        json.member("outbox", Int64(dispatch.outboxCount))
        json.member("requested", Int64(dispatch.requestedCount))
        json.member("confirmed", Int64(dispatch.confirmedCount))
        json.member("assigned", Int64(dispatch.assignedCount))
        json.member("en_route", Int64(dispatch.enRouteCount))
        json.member("arrived", Int64(dispatch.arrivedCount))
        json.member("on_trip", Int64(dispatch.onTripCount))
        json.member("completed", Int64(dispatch.completedCount))
        json.member("closed", Int64(clamping: dispatch.closedTotal))
        json.member("no_show", Int64(clamping: dispatch.noShowTotal))
        json.member("cancelled", Int64(clamping: dispatch.cancelledTotal))
        json.member("rejected", Int64(clamping: dispatch.rejectedTotal))
        json.member("unfulfilled", Int64(clamping: dispatch.unfulfilledTotal))
        json.member("failed", Int64(clamping: dispatch.failedTotal))
        json.member("wait_milliseconds", Int64(clamping: dispatch.waitMillisecondsTotal))
        json.member("wait_count", Int64(clamping: dispatch.waitCount))
        json.member("fixes", Int64(clamping: dispatch.fixesTotal))
        json.endObject()
        json.key("ingest")
        json.beginObject()
        json.member("streams", Int64(ingest.streamCount))
        json.member("zones", Int64(ingest.zoneCount))
        json.member("batches", Int64(clamping: ingest.batchTotal))
        json.member("fixes_live", Int64(clamping: ingest.liveTotal))
        json.member("fixes_late", Int64(clamping: ingest.lateTotal))
        json.member("fixes_duplicate", Int64(clamping: ingest.duplicateTotal))
        json.endObject()
        json.key("payments")
        json.beginObject()
        json.member("open", Int64(payments.openCount))
        json.member("unknown", Int64(payments.unknownCount))
        json.member("review", Int64(payments.reviewCount))
        json.member("outbox", Int64(payments.outboxCount))
        json.member("authorised", Int64(clamping: payments.authorisedTotal))
        json.member("declined", Int64(clamping: payments.declinedTotal))
        json.member("captured", Int64(clamping: payments.capturedTotal))
        json.member("voided", Int64(clamping: payments.voidedTotal))
        json.endObject()
        json.key("billing")
        json.beginObject()
        json.member("trips", Int64(clamping: billing.tripTotal))
        json.member("repeated", Int64(clamping: billing.repeatedTotal))
        json.member("refused", Int64(clamping: billing.refusedTotal))
        json.endObject()
        json.endObject()
        return json.finish()
    }

    static func status(_ statuses: [(ServiceName, ServiceStatusReply?)]) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.member("complete", statuses.allSatisfy { $0.1?.isReady == true })
        json.key("services")
        json.beginArray()
        for (service, reply) in statuses {
            json.beginObject()
            json.member("service", service.text)
            json.member("reachable", reply != nil)
            if let reply {
                json.member("ready", reply.isReady)
                json.member("draining", reply.isDraining)
                json.member("version", reply.version)
                json.member("instance", reply.instance)
                json.member("started_at", reply.startedAt)
                json.member("business_time", reply.businessTime)
                json.member("connections", Int64(reply.connectionCount))
                json.member("outbox", Int64(reply.outboxCount))
            }
            json.endObject()
        }
        json.endArray()
        json.endObject()
        return json.finish()
    }

    static func businessTime(
        _ request: SetBusinessTimeRequest,
        now: WallTime,
        _ results: [(ServiceName, Bool)]
    ) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.member("business_time", now)
        json.member("real_origin", request.realOrigin)
        json.member("business_origin", request.businessOrigin)
        json.member("factor", Int64(request.factor))
        json.member("complete", results.allSatisfy(\.1))
        json.key("services")
        json.beginArray()
        for (service, isSet) in results {
            json.beginObject()
            json.member("service", service.text)
            json.member("set", isSet)
            json.endObject()
        }
        json.endArray()
        json.endObject()
        return json.finish()
    }
}
