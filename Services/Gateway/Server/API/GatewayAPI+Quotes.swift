internal import Calls
internal import Geo
internal import HTTP
internal import Messages
internal import Model
internal import Money
internal import Storage
internal import Timekeeping
internal import WireFormat

/// What a partner asks a price for.
private struct QuoteWish: Sendable {
    let pickup: NamedPlace
    let dropOff: NamedPlace
    let pickupAt: WallTime
    let vehicleClass: VehicleClassCode?
    let passengerCount: UInt8
    let currency: String?

    init(_ body: [UInt8]) throws(Problem) {
        let value = try RequestReading.object(body)
        self = try RequestReading.take { () throws(JSONFault) in try QuoteWish(value) }
    }

    private init(_ value: JSONValue) throws(JSONFault) {
        var object = try JSONObjectReader(value, at: "")
        pickup = try object.place("pickup")
        dropOff = try object.place("drop_off")
        pickupAt = try object.time(ifPresent: "pickup_at") ?? .none
        vehicleClass = try object.vehicleClass(ifPresent: "vehicle_class")
        passengerCount = UInt8(
            clamping: try object.integer(ifPresent: "passenger_count", in: 1...64) ?? 1
        )
        currency = try object.string(ifPresent: "currency", characterCountMax: 16)
        try object.finish()
    }
}

/// Prices.
extension GatewayAPI {
    /// How far in the past a pickup may lie: clocks differ.
    static let pickupPastMax = Duration.seconds(60)
    /// How far ahead a ride may be asked for.
    static let pickupAheadMax = Duration.seconds(366 * 86_400)

    /// `POST /v1/quotes`.
    func createQuotes(_ call: APICall) throws(Problem) -> HTTPOutcome {
        let credential = try call.caller()
        let wish = try QuoteWish(call.request.body)
        guard let tenant = parts.provisioner.tenant(credential.tenant) else { throw .hidden }
        try check(wish, tenant)
        return .later { () async throws(Problem) in try await self.quote(call, wish, tenant) }
    }

    private func check(_ wish: QuoteWish, _ tenant: TenantFacts) throws(Problem) {
        if let code = wish.currency {
            guard let currency = Currency(code: code) else {
                throw Problem(
                    .unknownCurrency,
                    at: "/currency",
                    "There is no such currency. Send an ISO 4217 code, here \(tenant.currency.code)."
                )
            }
            guard currency == tenant.currency else {
                throw Problem(
                    .unknownCurrency,
                    at: "/currency",
                    "The fleet charges in \(tenant.currency.code)."
                )
            }
        }
        guard !wish.pickupAt.isNone else { return }
        guard now.advanced(by: .zero - Self.pickupPastMax) <= wish.pickupAt else {
            throw Problem(.pickupInPast, at: "/pickup_at", "The pickup time has passed.")
        }
        guard wish.pickupAt <= now.advanced(by: Self.pickupAheadMax) else {
            throw Problem(
                .invalidRequest,
                at: "/pickup_at",
                "A pickup may lie at most 366 days ahead."
            )
        }
    }

    private func quote(
        _ call: APICall,
        _ wish: QuoteWish,
        _ tenant: TenantFacts
    ) async throws(Problem) -> HTTPResponse {
        let credential = try call.caller()
        try await checkCoverage(wish.pickup.point, tenant, call)
        let options = try options(call, for: .dispatch)
        let classes = wish.vehicleClass.map { [$0] } ?? tenant.vehicleClasses
        var quotes: [StoredQuote] = []
        for vehicleClass in classes {
            let request = QuoteRequest.with { request in
                request.pickup = wish.pickup.point
                request.dropOff = wish.dropOff.point
                request.pickupAt = wish.pickupAt
                request.vehicleClass = WireEnum(vehicleClass)
                request.passengerCount = wish.passengerCount
            }
            let reply: QuoteReply
            do throws(CallError) {
                reply = try await peers.call(
                    DispatchMethods.quote,
                    of: .dispatch,
                    request,
                    options
                )
            } catch {
                // Without a wish for one class, a class that the fleet does not offer is no offer.
                if wish.vehicleClass == nil,
                    error.subCode == DispatchSubCode.tariffUnknown.rawValue
                {
                    continue
                }
                throw failure(error, of: .dispatch, about: call)
            }
            quotes.append(
                StoredQuote(
                    quote: newID(),
                    partner: credential.partner,
                    request: request,
                    reply: reply,
                    pickupLabel: wish.pickup.label,
                    dropOffLabel: wish.dropOff.label
                )
            )
        }
        guard !quotes.isEmpty else {
            throw Problem(.noTariff, "The fleet has no tariff for any class of vehicle.")
        }
        let made = quotes
        let realNow = realNow
        try await write(for: call) { session throws(StorageError) in
            try QuoteTable.insert(made, of: credential.tenant, at: realNow, in: session)
        }
        return .json(QuoteDocument.encode(made), status: .created)
    }

    /// Refuses a pickup outside the places where the fleet holds a licence.
    func checkCoverage(
        _ pickup: GeoPoint,
        _ tenant: TenantFacts,
        _ call: APICall
    ) async throws(Problem) {
        let options = try options(call, for: .ingest)
        guard try await !covers(pickup, options, call) else { return }
        let names = tenant.licenceZones.prefix(20).joined(separator: ", ")
        var detail = "The pickup is outside the places where \(tenant.name) holds a licence. "
        detail += names.isEmpty ? "No licence zone is set up." : "Covered: \(names)."
        var errors = [
            Problem.FieldError(pointer: "/pickup", detail: "Outside every licence zone.")
        ]
        if let swapped = GeoPoint(latitudeE7: pickup.longitudeE7, longitudeE7: pickup.latitudeE7),
            (try? await covers(swapped, options, call)) == true
        {
            errors.append(
                Problem.FieldError(
                    pointer: "/pickup/lat",
                    detail: "It looks swapped with lon: the other way round the place is covered."
                )
            )
        }
        throw Problem(.outsideLicenceArea, detail, errors: errors)
    }

    private func covers(
        _ point: GeoPoint,
        _ options: CallOptions,
        _ call: APICall
    ) async throws(Problem) -> Bool {
        let request = CoversPointRequest.with { request in
            request.position = point
            request.purpose = WireEnum(.licence)
        }
        return try await ask(
            IngestMethods.coversPoint,
            of: .ingest,
            request,
            options,
            for: call
        ).isCovered
    }
}

/// The JSON document of offers.
enum QuoteDocument {
    static func encode(_ quotes: [StoredQuote]) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.key("data")
        json.beginArray()
        for quote in quotes {
            let reply = quote.reply
            json.beginObject()
            json.member("id", quote.quote.description)
            json.member("vehicle_class", VehicleClassWord.text(quote.request.vehicleClass))
            json.member("price", minorUnits: reply.totalMinorUnits, reply.currency)
            json.key("price_lines")
            json.beginArray()
            line("base", reply.baseMinorUnits, &json)
            line("distance", reply.distanceMinorUnits, &json)
            line("time", reply.timeMinorUnits, &json)
            line("minimum_supplement", reply.minimumSupplementMinorUnits, &json)
            json.endArray()
            json.member("distance_meters", Int64(reply.distanceMeters))
            json.member("duration_seconds", Int64(reply.durationMilliseconds / 1000))
            if reply.pickupMilliseconds >= 0 {
                json.member("pickup_eta_seconds", Int64(reply.pickupMilliseconds) / 1000)
            }
            json.member("expires_at", reply.expiresAt)
            json.endObject()
        }
        json.endArray()
        json.endObject()
        return json.finish()
    }

    private static func line(_ kind: String, _ amount: Int64, _ json: inout JSONWriter) {
        guard amount != 0 else { return }
        json.beginObject()
        json.member("kind", kind)
        json.member("amount", amount)
        json.endObject()
    }
}
