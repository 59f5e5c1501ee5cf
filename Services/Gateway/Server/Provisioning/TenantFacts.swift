package import Messages
package import Model
package import Money
package import Storage

/// What every request of a tenant needs to know of it; in memory.
package struct TenantFacts: Hashable, Sendable {
    /// Its number.
    package let tenant: TenantID
    /// Its name.
    package let name: String
    /// What it charges in.
    package let currency: Currency
    /// The classes that it has tariffs for.
    package let vehicleClasses: [VehicleClassCode]
    /// The names of its licence zones.
    package let licenceZones: [String]
    /// How its partners pay.
    package let paymentMethods: [PartnerID: PaymentMethodID]

    /// The facts that the store holds.
    package init(_ row: TenantRow, in session: any SQLSession) throws(StorageError) {
        tenant = row.tenant
        name = row.name
        currency = row.currency
        let tariffs = try FleetTable.items(.tariff, of: row.tenant, in: session)
            .filter(\.isActive).map(\.reference)
        vehicleClasses =
            tariffs.contains("any")
            ? VehicleClassCode.allCases : tariffs.compactMap(VehicleClassWord.code)
        licenceZones = try FleetTable.items(.zone, of: row.tenant, in: session)
            .filter { $0.isActive && $0.detail == Int64(ZonePurposeCode.licence.rawValue) }
            .map(\.name)
        let partners = try FleetTable.items(.partner, of: row.tenant, in: session)
        let methods = try FleetTable.items(.paymentMethod, of: row.tenant, in: session)
            .filter(\.isActive)
        var paymentMethods: [PartnerID: PaymentMethodID] = [:]
        for method in methods {
            guard let partner = partners.first(where: { $0.reference == method.reference }) else {
                continue
            }
            paymentMethods[PartnerID(bits: partner.bits)] = PaymentMethodID(bits: method.bits)
        }
        self.paymentMethods = paymentMethods
    }
}
