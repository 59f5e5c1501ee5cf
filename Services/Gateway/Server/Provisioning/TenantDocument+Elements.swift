internal import HTTP
internal import Messages
internal import Money

/// White-label settings.
enum BrandReading {
    /// The `brand` member as a JSON object of the known settings.
    static func brand(_ object: inout JSONObjectReader) throws(JSONFault) -> String {
        guard let value = object.value(ifPresent: "brand") else { return "{}" }
        var brand = try JSONObjectReader(value, at: object.place(of: "brand"))
        var json = JSONWriter()
        json.beginObject()
        json.member(
            "display_name",
            ifPresent: try brand.text(ifPresent: "display_name", byteCountMax: 80)
        )
        json.member(
            "primary_color",
            ifPresent: try brand.parsed(
                ifPresent: "primary_color",
                expectation: "a colour such as #1a2b3c",
                color
            )
        )
        json.member("logo_url", ifPresent: try brand.text(ifPresent: "logo_url", byteCountMax: 500))
        json.member(
            "support_email",
            ifPresent: try brand.text(ifPresent: "support_email", byteCountMax: 200)
        )
        json.endObject()
        try brand.finish()
        return String(decoding: json.finish(), as: UTF8.self)
    }

    private static func color(_ text: String) -> String? {
        let isColor =
            text.utf8.count == 7 && text.first == "#"
            && text.dropFirst().allSatisfy { $0.isASCII && $0.isHexDigit }
        return isColor ? text : nil
    }
}

extension TenantDocument.Plan {
    init(_ object: inout JSONObjectReader) throws(JSONFault) {
        guard let value = object.value(ifPresent: "plan") else { return }
        var plan = try JSONObjectReader(value, at: object.place(of: "plan"))
        let range: ClosedRange<Int64> = 0...10_000
        name = try plan.text(ifPresent: "name", byteCountMax: 64) ?? name
        let commission = try plan.integer(ifPresent: "commission_basis_points", in: range)
        commissionBasisPoints = UInt16(clamping: commission ?? 0)
        let tax = try plan.integer(ifPresent: "tax_basis_points", in: range)
        taxBasisPoints = UInt16(clamping: tax ?? 0)
        tripFeeMinorUnits = try plan.integer(ifPresent: "trip_fee", in: 0...1_000_000_000) ?? 0
        try plan.finish()
    }
}

extension TenantDocument.Driver {
    init(_ object: inout JSONObjectReader) throws(JSONFault) {
        reference = try object.text("reference", byteCountMax: 64)
        name = try object.text(ifPresent: "name", byteCountMax: 80) ?? ""
        let rating = try object.fixedPoint(
            ifPresent: "rating",
            digits: 2,
            excess: .rounded,
            in: 0...500
        )
        ratingHundredths = UInt16(clamping: rating ?? 0)
        isActive = try object.boolean(ifPresent: "active") ?? true
    }
}

extension TenantDocument.Vehicle {
    init(_ object: inout JSONObjectReader) throws(JSONFault) {
        reference = try object.text("reference", byteCountMax: 64)
        plate = try object.text(ifPresent: "plate", byteCountMax: 16) ?? ""
        model = try object.text(ifPresent: "model", byteCountMax: 64) ?? ""
        vehicleClass = try object.vehicleClass(ifPresent: "vehicle_class") ?? .standard
        seatCount = UInt8(clamping: try object.integer(ifPresent: "seats", in: 1...64) ?? 4)
        isActive = try object.boolean(ifPresent: "active") ?? true
    }
}

extension TenantDocument.Partner {
    init(_ object: inout JSONObjectReader) throws(JSONFault) {
        reference = try object.text("reference", byteCountMax: 64)
        name = try object.text(ifPresent: "name", byteCountMax: 80) ?? ""
        guard let value = object.value(ifPresent: "payment_method") else {
            method = nil
            return
        }
        var reader = try JSONObjectReader(value, at: object.place(of: "payment_method"))
        method = TenantDocument.PaymentMethod(
            provider: try reader.parsed(
                "provider",
                expectation: "a provider: paypal, mercado_pago or stripe",
                ProviderWord.code
            ),
            vaultToken: try reader.text("vault_token", byteCountMax: 128),
            label: try reader.text(ifPresent: "label", byteCountMax: 64) ?? ""
        )
        try reader.finish()
    }
}

extension TenantDocument.Key {
    init(_ object: inout JSONObjectReader) throws(JSONFault) {
        reference = try object.text("reference", byteCountMax: 64)
        let words = try object.array("scopes", countMax: 8) {
            (value, place) throws(JSONFault) -> TokenScopes in
            guard case .string(let text) = value, let word = ScopeWord(rawValue: text),
                ScopeWord.forFleets.contains(word)
            else {
                let known = ScopeWord.forFleets.map(\.rawValue).joined(separator: ", ")
                throw JSONFault(place, "A scope is one of: \(known).")
            }
            return word.scope
        }
        scopes = words.reduce(into: TokenScopes(rawValue: 0)) { $0.formUnion($1) }
        partner = try object.text(ifPresent: "partner", byteCountMax: 64)
        let rate = try object.integer(ifPresent: "requests_per_second", in: 1...1_000_000)
        requestsPerSecond = UInt32(clamping: rate ?? 0)
    }
}

extension TenantDocument.Tariff {
    init(
        _ object: inout JSONObjectReader,
        _ currency: Currency,
        _ plan: TenantDocument.Plan
    ) throws(JSONFault) {
        let amounts: ClosedRange<Int64> = 0...1_000_000_000_000
        vehicleClass = try object.vehicleClass(ifPresent: "vehicle_class")
        var request = ApplyTariffRequest()
        request.currency = currency
        request.vehicleClass = vehicleClass.map { WireEnum($0) } ?? .unspecified
        request.baseMinorUnits = try object.integer("base", in: amounts)
        request.perKilometerMinorUnits = try object.integer("per_kilometer", in: amounts)
        request.perMinuteMinorUnits = try object.integer("per_minute", in: amounts)
        request.minimumMinorUnits = try object.integer(ifPresent: "minimum", in: amounts) ?? 0
        let patience = try object.integer(ifPresent: "patience_seconds", in: 60...86_400)
        request.patienceSeconds = UInt32(clamping: patience ?? 900)
        let absence = try object.integer(ifPresent: "absence_seconds", in: 0...7200)
        request.absenceSeconds = UInt32(clamping: absence ?? 300)
        let fee = try object.integer(ifPresent: "absence_fee_basis_points", in: 0...10_000)
        request.absenceFeeBasisPoints = UInt16(clamping: fee ?? 0)
        request.commissionBasisPoints = plan.commissionBasisPoints
        request.taxBasisPoints = plan.taxBasisPoints
        self.request = request
    }

    /// What it is called among the fleet's tariffs: its class, or "any".
    package var reference: String {
        vehicleClass.map { VehicleClassWord.text(WireEnum($0)) } ?? "any"
    }
}
