package import HTTP
package import Messages
package import Money

/// A tenant as its operator describes it: the whole of it, each time.
package struct TenantDocument: Sendable {
    /// The most drivers, and the most vehicles, of one document.
    package static let itemCountMax = 5000
    /// How much a document may hold: 5,000 drivers and vehicles, and zones of some 30,000 corners.
    package static let limits: JSONLimits = {
        var limits = JSONLimits()
        limits.byteCountMax = 1024 * 1024
        limits.valueCountMax = 200_000
        return limits
    }()

    /// A driver.
    package struct Driver: Sendable {
        package let reference: String
        package let name: String
        package let ratingHundredths: UInt16
        package let isActive: Bool
    }

    /// A vehicle.
    package struct Vehicle: Sendable {
        package let reference: String
        package let plate: String
        package let model: String
        package let vehicleClass: VehicleClassCode
        package let seatCount: UInt8
        package let isActive: Bool
    }

    /// Somebody who books, and how he pays.
    package struct Partner: Sendable {
        package let reference: String
        package let name: String
        package let method: PaymentMethod?
    }

    /// A vaulted method: a provider's token, never card data.
    package struct PaymentMethod: Sendable {
        package let provider: PaymentProviderCode
        package let vaultToken: String
        package let label: String
    }

    /// An API key that is to be there.
    package struct Key: Sendable {
        package let reference: String
        package let scopes: TokenScopes
        package let partner: String?
        package let requestsPerSecond: UInt32
    }

    /// A tariff; without a class it is for every class that has none of its own.
    package struct Tariff: Sendable {
        package let vehicleClass: VehicleClassCode?
        package let request: ApplyTariffRequest
    }

    /// What the fleet pays.
    package struct Plan: Sendable {
        package var name = "standard"
        package var commissionBasisPoints: UInt16 = 0
        package var taxBasisPoints: UInt16 = 0
        package var tripFeeMinorUnits: Int64 = 0
    }

    /// Its name.
    package let name: String
    /// Its white-label settings as a JSON object.
    package let brand: String
    /// What it charges in.
    package let currency: Currency
    /// Its offset from UTC.
    package let offsetSeconds: Int32
    /// Its account at the payment provider; empty is the operator's own.
    package let merchantReference: String
    package let drivers: [Driver]
    package let vehicles: [Vehicle]
    package let partners: [Partner]
    package let keys: [Key]
    package let tariffs: [Tariff]
    package let plan: Plan
    package let zones: [ZoneGeometry]

    /// The document in a request's body.
    ///
    /// - Throws: 400 and 422 with the place of the first fault.
    package init(_ body: [UInt8]) throws(Problem) {
        let value = try RequestReading.object(body, limits: Self.limits)
        do throws(JSONFault) {
            self = try TenantDocument(value)
        } catch {
            throw Problem(fault: error)
        }
    }

    private init(_ value: JSONValue) throws(JSONFault) {
        var object = try JSONObjectReader(value, at: "")
        name = try object.text("name", byteCountMax: 80)
        brand = try BrandReading.brand(&object)
        currency = try object.parsed(
            "currency",
            expectation: "a currency of ISO 4217, such as USD"
        ) { Currency(code: $0) }
        let minutes = try object.integer(ifPresent: "utc_offset_minutes", in: -840...840) ?? 0
        offsetSeconds = Int32(clamping: minutes * 60)
        merchantReference = try object.text(ifPresent: "merchant_reference", byteCountMax: 64) ?? ""
        let plan = try Plan(&object)
        let currency = currency
        self.plan = plan
        drivers = try object.list("drivers", Self.itemCountMax) {
            (inner) throws(JSONFault) in try Driver(&inner)
        }
        vehicles = try object.list("vehicles", Self.itemCountMax) {
            (inner) throws(JSONFault) in try Vehicle(&inner)
        }
        partners = try object.list("partners", 1000) {
            (inner) throws(JSONFault) in try Partner(&inner)
        }
        keys = try object.list("keys", 1000) { (inner) throws(JSONFault) in try Key(&inner) }
        tariffs = try object.list("tariffs", 16) {
            (inner) throws(JSONFault) in try Tariff(&inner, currency, plan)
        }
        zones = try object.list("zones", 1000) {
            (inner) throws(JSONFault) in try ZoneGeometry(&inner)
        }
        try Self.check("drivers", drivers.map(\.reference))
        try Self.check("vehicles", vehicles.map(\.reference))
        try Self.check("partners", partners.map(\.reference))
        try Self.check("keys", keys.map(\.reference))
        try Self.check("zones", zones.map(\.reference))
        try Self.check("tariffs", tariffs.map { $0.reference })
        let known = Set(partners.map(\.reference))
        for (index, key) in keys.enumerated() {
            guard key.partner.map({ known.contains($0) }) ?? true else {
                throw JSONFault("/keys/\(index)/partner", "The document has no such partner.")
            }
        }
        try object.finish()
    }

    private static func check(_ member: String, _ references: [String]) throws(JSONFault) {
        guard Set(references).count == references.count else {
            throw JSONFault("/\(member)", "Two elements have the same reference.")
        }
    }
}

extension JSONObjectReader {
    /// The elements of an array of objects, each read by `read` to its last member; none where it is absent.
    fileprivate mutating func list<Element>(
        _ name: String,
        _ countMax: Int,
        _ read: (inout JSONObjectReader) throws(JSONFault) -> Element
    ) throws(JSONFault) -> [Element] {
        try array(ifPresent: name, countMax: countMax) {
            (value, place) throws(JSONFault) -> Element in
            var inner = try JSONObjectReader(value, at: place)
            let element = try read(&inner)
            try inner.finish()
            return element
        } ?? []
    }
}
