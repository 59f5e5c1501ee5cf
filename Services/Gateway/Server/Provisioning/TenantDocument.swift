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
        /// Its name in the fleet, unique among drivers.
        package let reference: String
        /// What people call him.
        package let name: String
        /// Hundredths of a star, 0 ... 500; 0 for a driver nobody rated yet.
        package let ratingHundredths: UInt16
        /// Whether he drives for the fleet now.
        package let isActive: Bool
    }

    /// A vehicle.
    package struct Vehicle: Sendable {
        /// Its name in the fleet, unique among vehicles.
        package let reference: String
        /// Its plate.
        package let plate: String
        /// What it is.
        package let model: String
        /// Its class.
        package let vehicleClass: VehicleClassCode
        /// Seats for passengers.
        package let seatCount: UInt8
        /// Whether the fleet uses it now.
        package let isActive: Bool
    }

    /// Somebody who books, and how he pays.
    package struct Partner: Sendable {
        /// Its name in the fleet, unique among partners.
        package let reference: String
        /// What people call it.
        package let name: String
        /// How it pays; `nil` where nothing is vaulted.
        package let method: PaymentMethod?
    }

    /// A vaulted method: a provider's token, never card data.
    package struct PaymentMethod: Sendable {
        /// Who keeps it.
        package let provider: PaymentProviderCode
        /// The provider's name for it.
        package let vaultToken: String
        /// What people call it.
        package let label: String
    }

    /// An API key that is to be there.
    package struct Key: Sendable {
        /// Its name in the fleet, unique among keys.
        package let reference: String
        /// What it lets do.
        package let scopes: TokenScopes
        /// The reference of the partner who books with it; `nil` for the fleet itself.
        package let partner: String?
        /// Its rate; 0 for the default.
        package let requestsPerSecond: UInt32
    }

    /// A tariff; without a class it is for every class that has none of its own.
    package struct Tariff: Sendable {
        /// The class it is for; `nil` for all without one of their own.
        package let vehicleClass: VehicleClassCode?
        /// The prices, as dispatch is told them.
        package let request: ApplyTariffRequest
    }

    /// What the fleet pays.
    package struct Plan: Sendable {
        /// What people call it.
        package var name = "standard"
        /// The commission, hundredths of a percent of the fare without tax.
        package var commissionBasisPoints: UInt16 = 0
        /// The tax within a fare, hundredths of a percent.
        package var taxBasisPoints: UInt16 = 0
        /// A fee for each trip, minor units of the fleet's currency.
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
    /// Its drivers.
    package let drivers: [Driver]
    /// Its vehicles.
    package let vehicles: [Vehicle]
    /// Who books with it.
    package let partners: [Partner]
    /// Its API keys.
    package let keys: [Key]
    /// Its tariffs, one for each class at the most.
    package let tariffs: [Tariff]
    /// What it pays.
    package let plan: Plan
    /// Its geofences.
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
