internal import DeliverySQL
internal import GatewayCore
internal import Messages
internal import Model
internal import Storage
internal import WireFormat

/// What the fleet pays and charges, and where it works: plan, tariffs and zones.
extension TenantChange {
    func applyPlan() throws(StorageError) {
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

    func applyTariffs() throws(StorageError) {
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

    func applyZones() throws(StorageError) {
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

    func sendZone(
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
}
