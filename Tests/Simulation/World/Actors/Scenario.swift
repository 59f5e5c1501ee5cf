internal import Geo
internal import HTTP
internal import Model

/// Who and what there is in every run.
struct Scenario {
    static let tenant = TenantID(7)
    static let absenceFeeBasisPoints: Int64 = 4000
    static let absenceSeconds: Int64 = 5
    /// Half the side of the square in which rides begin and end, 1e-7 degrees: about 2 km.
    static let spanE7: Int32 = 200_000

    /// A place so many units of 1e-7 degrees from the middle of San Francisco.
    static func place(_ north: Int32, _ east: Int32) -> GeoPoint {
        GeoPoint(
            latitudeE7: 377_700_000 + north % 1_000_000,
            longitudeE7: -1_224_200_000 + east % 1_000_000
        ) ?? GeoPoint.zero
    }

    /// Somebody with a key of the API.
    enum Partner: String, CaseIterable {
        case agency
        /// Whose payment method the provider declines.
        case decliner
    }

    // MARK: What the operator sets up

    /// The fleet's document.
    ///
    /// - Parameter revision: From 1; each has another tariff and another zone.
    static func document(driverCount: Int, revision: Int) -> [UInt8] {
        var json = JSONWriter(capacity: 4096)
        json.beginObject()
        json.member("name", "Bay Cars")
        json.member("currency", "USD")
        json.key("plan")
        json.beginObject()
        json.member("name", "standard")
        json.member("commission_basis_points", Int64(1500))
        json.member("tax_basis_points", Int64(800))
        json.endObject()
        list("tariffs", 1, &json) { _, json in
            json.member("vehicle_class", "standard")
            json.member("base", Int64(300 + revision))
            json.member("per_kilometer", Int64(200))
            json.member("per_minute", Int64(0))
            json.member("minimum", Int64(500))
            json.member("patience_seconds", Int64(120))
            json.member("absence_seconds", absenceSeconds)
            json.member("absence_fee_basis_points", absenceFeeBasisPoints)
        }
        list("drivers", driverCount, &json) { number, json in
            json.member("reference", "d-\(number)")
        }
        list("vehicles", driverCount, &json) { number, json in
            json.member("reference", "v-\(number)")
        }
        list("partners", Partner.allCases.count, &json) { number, json in
            let partner = Partner.allCases[number]
            json.member("reference", partner.rawValue)
            json.key("payment_method")
            json.beginObject()
            json.member("provider", "paypal")
            json.member("vault_token", partner == .agency ? "vault-1" : "declined-1")
            json.endObject()
        }
        list("keys", Partner.allCases.count, &json) { number, json in
            let name = Partner.allCases[number].rawValue
            json.member("reference", name)
            json.member("partner", name)
            json.key("scopes")
            json.beginArray()
            for scope in ["book", "read_bookings"] { json.string(scope) }
            json.endArray()
        }
        zone(revision, &json)
        json.endObject()
        return json.finish()
    }

    private static func zone(_ revision: Int, _ json: inout JSONWriter) {
        list("zones", 1, &json) { _, json in
            json.member("reference", "city")
            json.key("geometry")
            // A margin that grows with the revision: another area, and every ride still inside.
            let edge = 0.05 + Double(revision) / 100
            let corners = [(-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1)].map { east, north in
                "[\(-122.42 + Double(east) * edge), \(37.77 + Double(north) * edge)]"
            }
            json.raw(
                Array(
                    """
                    {"type": "Polygon", "coordinates": [[\(corners.joined(separator: ", "))]]}
                    """.utf8
                )
            )
        }
    }

    private static func list(
        _ name: String,
        _ count: Int,
        _ json: inout JSONWriter,
        _ write: (Int, inout JSONWriter) -> Void
    ) {
        json.key(text: name)
        json.beginArray()
        for number in 0..<count {
            json.beginObject()
            write(number, &json)
            json.endObject()
        }
        json.endArray()
    }
}
