package import Model
package import Storage

/// What a fleet consists of, as far as the gateway has to know it.
package enum FleetItemKind: Int64, CaseIterable, Sendable {
    case driver = 1
    case vehicle = 2
    case partner = 3
    case zone = 4
    /// A tariff: its reference is its class.
    case tariff = 5
    /// A partner's payment method: its reference is the partner's.
    case paymentMethod = 6
}

/// A driver, vehicle, partner or zone: what the fleet calls it, and what it is called here.
package struct FleetItem: Hashable, Sendable {
    /// What it is.
    package var kind: FleetItemKind
    /// The fleet's own name for it, unique within its kind.
    package var reference: String
    /// The 128 bits of its id.
    package var bits: UInt128 {
        get { subject.bits }
        set { subject = SubjectID(bits: newValue) }
    }
    private var subject: SubjectID
    /// What people call it.
    package var name: String
    /// Whether it is part of the fleet now.
    package var isActive: Bool
    /// A number that its kind needs: of a zone its purpose.
    package var detail: Int64 = 0

    /// An item from its row; `detail` is a number that its kind gives a meaning.
    package init(
        kind: FleetItemKind,
        reference: String,
        bits: UInt128,
        name: String,
        isActive: Bool = true,
        detail: Int64 = 0
    ) {
        self.kind = kind
        self.reference = reference
        subject = SubjectID(bits: bits)
        self.name = name
        self.isActive = isActive
        self.detail = detail
    }
}

/// The parts of all fleets.
package enum FleetTable {
    /// All items of a kind, by reference.
    package static func items(
        _ kind: FleetItemKind,
        of tenant: TenantID,
        in session: any SQLSession
    ) throws(StorageError) -> [FleetItem] {
        let rows = try session.query(
            """
            SELECT reference, id, name, is_active, detail FROM fleet_items
            WHERE tenant = $1 AND kind = $2 ORDER BY reference
            """,
            [.tenant(tenant), .integer(kind.rawValue)]
        )
        var items: [FleetItem] = []
        for row in rows { items.append(try item(row, kind)) }
        return items
    }

    /// The item of a kind with this id; `nil` where the tenant has none.
    package static func find(
        _ kind: FleetItemKind,
        bits: UInt128,
        of tenant: TenantID,
        in session: any SQLSession
    ) throws(StorageError) -> FleetItem? {
        let row = try session.first(
            """
            SELECT reference, id, name, is_active, detail FROM fleet_items
            WHERE tenant = $1 AND kind = $2 AND id = $3
            """,
            [.tenant(tenant), .integer(kind.rawValue), .id(SubjectID(bits: bits))]
        )
        return try row.map { (row) throws(StorageError) in try item(row, kind) }
    }

    private static func item(
        _ row: SQLRow,
        _ kind: FleetItemKind
    ) throws(StorageError) -> FleetItem {
        let id: SubjectID = try row.id(1)
        return FleetItem(
            kind: kind,
            reference: try row.text(0),
            bits: id.bits,
            name: try row.text(2),
            isActive: try row.bool(3),
            detail: try row.integer(4)
        )
    }

    /// Adds or replaces items; an item's id stays what it was.
    package static func put(
        _ items: [FleetItem],
        of tenant: TenantID,
        in session: any SQLSession
    ) throws(StorageError) {
        try session.executeBatch(
            SQLBatch(
                each: """
                    INSERT INTO fleet_items (tenant, kind, reference, id, name, is_active, detail)
                    VALUES ($1, $2, $3, $4, $5, $6, $7)
                    ON CONFLICT (tenant, kind, reference) DO UPDATE SET
                        name = excluded.name, is_active = excluded.is_active,
                        detail = excluded.detail
                    """
            ),
            items.map { item in
                [
                    .tenant(tenant), .integer(item.kind.rawValue), .text(item.reference),
                    .id(SubjectID(bits: item.bits)), .text(item.name), .bool(item.isActive),
                    .integer(item.detail),
                ]
            }
        )
    }
}
