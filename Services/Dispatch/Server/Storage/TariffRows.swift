package import DispatchCore
package import Model
internal import Money
package import Storage
package import Timekeeping

/// What a fleet charges for one class of vehicle, with its terms.
package struct StoredTariff: Hashable, Sendable {
    /// Rates.
    package let tariff: Tariff
    /// The class; `nil` is every class without a tariff of its own.
    package let vehicleClass: VehicleClass?
    /// From when on, business time.
    package let validFrom: WallTime
    /// What a booking under it is held to.
    package let terms: BookingTerms
    /// The operator's commission, hundredths of a per cent.
    package let commissionBasisPoints: UInt16
    /// The tax inside the fare, hundredths of a per cent.
    package let taxBasisPoints: UInt16
}

/// The table of tariffs: every version is kept, since bookings name the one that they came from.
package enum TariffRows {
    /// A tenant's tariffs of one class, rising by version.
    package static func versions(
        of tenant: TenantID,
        _ vehicleClass: VehicleClass?,
        in session: any SQLSession
    ) throws(StorageError) -> [StoredTariff] {
        let rows = try session.query(
            """
            SELECT tenant, vehicle_class, version, currency, valid_from, base, per_kilometer, per_minute,
                minimum, patience_seconds, absence_seconds, absence_fee_basis_points,
                commission_basis_points, tax_basis_points
            FROM tariffs WHERE tenant = $1 AND vehicle_class = $2 ORDER BY version
            """,
            [.tenant(tenant), code(vehicleClass)]
        )
        var found: [StoredTariff] = []
        for row in rows { found.append(try stored(row)) }
        return found
    }

    /// All tariffs of all tenants; what a start reads.
    package static func all(
        in session: any SQLSession
    ) throws(StorageError) -> [(tenant: TenantID, tariff: StoredTariff)] {
        let rows = try session.query(
            """
            SELECT tenant, vehicle_class, version, currency, valid_from, base, per_kilometer, per_minute,
                minimum, patience_seconds, absence_seconds, absence_fee_basis_points,
                commission_basis_points, tax_basis_points
            FROM tariffs ORDER BY tenant, vehicle_class, version
            """
        )
        var found: [(TenantID, StoredTariff)] = []
        for row in rows { found.append((try row.tenant(0), try stored(row))) }
        return found
    }

    /// Adds a version.
    static func insert(
        _ stored: StoredTariff,
        of tenant: TenantID,
        in session: any SQLSession
    ) throws(StorageError) {
        let tariff = stored.tariff
        try session.execute(
            """
            INSERT INTO tariffs (tenant, vehicle_class, version, currency, valid_from, base,
                per_kilometer, per_minute, minimum, patience_seconds, absence_seconds,
                absence_fee_basis_points, commission_basis_points, tax_basis_points)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
            """,
            [
                .tenant(tenant), code(stored.vehicleClass), .number(tariff.version),
                .number(tariff.currency.numericCode), .time(stored.validFrom),
                .integer(tariff.baseMinorUnits), .integer(tariff.perKilometerMinorUnits),
                .integer(tariff.perMinuteMinorUnits), .integer(tariff.minimumMinorUnits),
                .number(stored.terms.patienceSeconds), .number(stored.terms.absenceSeconds),
                .number(stored.terms.absenceFeeBasisPoints),
                .number(stored.commissionBasisPoints), .number(stored.taxBasisPoints),
            ]
        )
    }

    private static func code(_ vehicleClass: VehicleClass?) -> SQLValue {
        .integer(Int64(vehicleClass?.rawValue ?? 0))
    }

    private static func stored(_ row: SQLRow) throws(StorageError) -> StoredTariff {
        let tariff = Tariff(
            version: try row.number(2),
            currency: try row.currency(3),
            baseMinorUnits: try row.integer(5),
            perKilometerMinorUnits: try row.integer(6),
            perMinuteMinorUnits: try row.integer(7),
            minimumMinorUnits: try row.integer(8)
        )
        guard let tariff else { throw StorageError(.corrupt, "a tariff's rates are out of range") }
        let hasClass = try row.integer(1) != 0
        return StoredTariff(
            tariff: tariff,
            vehicleClass: hasClass ? try row.code(1) : nil,
            validFrom: try row.time(4),
            terms: BookingTerms(
                patienceSeconds: try row.number(9),
                absenceSeconds: try row.number(10),
                absenceFeeBasisPoints: try row.number(11)
            ),
            commissionBasisPoints: try row.number(12),
            taxBasisPoints: try row.number(13)
        )
    }
}
