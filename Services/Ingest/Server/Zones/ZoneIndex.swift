package import Geo
package import Messages
package import Model

/// A zone as questions about places see it: its area indexed.
package struct IndexedZone: Sendable {
    /// The zone.
    package let zone: Zone
    /// Its area with an index; `nil` once it was taken away.
    let area: PreparedArea?

    /// Indexes a zone.
    ///
    /// - Complexity: O(n) in its edges: not on a loop.
    package init(_ zone: Zone) {
        self.zone = zone
        area = zone.area.map { PreparedArea(.multiPolygon($0)) }
    }
}

/// All tenants' zones in memory, for questions that are answered at once.
///
/// A value of one event loop: what changes is built elsewhere and put in whole.
package struct ZoneIndex {
    private struct TenantZones {
        /// Of every zone that there was, so that a change overtaken by a later one is seen to be so.
        var revisions: [ZoneID: UInt64] = [:]
        /// By purpose, each by ascending id, so that of several the smallest answers.
        var byPurpose: [ZonePurposeCode: [IndexedZone]] = [:]
    }

    private var tenants: [TenantID: TenantZones] = [:]
    /// Zones that are there, of all tenants.
    package private(set) var count = 0

    /// Without zones.
    package init() {}

    /// Puts a stored zone in place of what was there, unless that is newer: commits may be told out of order.
    ///
    /// - Complexity: O(zones of the tenant).
    package mutating func put(_ indexed: IndexedZone, of tenant: TenantID) {
        let id = indexed.zone.id
        var zones = tenants.removeValue(forKey: tenant) ?? TenantZones()
        defer { tenants[tenant] = zones }
        if let known = zones.revisions[id], known >= indexed.zone.revision { return }
        if zones.revisions[id] != nil {
            // It may have had another purpose.
            for purpose in ZonePurposeCode.allCases {
                guard
                    let place = zones.byPurpose[purpose]?.firstIndex(where: { $0.zone.id == id })
                else { continue }
                zones.byPurpose[purpose]?.remove(at: place)
                count -= 1
            }
        }
        zones.revisions[id] = indexed.zone.revision
        guard indexed.area != nil else { return }
        var row = zones.byPurpose[indexed.zone.purpose] ?? []
        row.insert(indexed, at: row.firstIndex { id < $0.zone.id } ?? row.count)
        zones.byPurpose[indexed.zone.purpose] = row
        count += 1
    }

    /// Which zone of the tenant and purpose covers `point`, its edge included, and how many such zones there are.
    ///
    /// - Complexity: O(zones) for their boxes, then as `PreparedArea.contains`.
    package func cover(
        _ point: GeoPoint,
        purpose: ZonePurposeCode,
        of tenant: TenantID
    ) -> (zone: Zone?, count: Int) {
        guard let zones = tenants[tenant]?.byPurpose[purpose] else { return (nil, 0) }
        for indexed in zones where indexed.area?.contains(point) == true {
            return (indexed.zone, zones.count)
        }
        return (nil, zones.count)
    }
}
