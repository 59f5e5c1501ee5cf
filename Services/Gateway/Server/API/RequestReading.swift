internal import Geo
internal import HTTP
internal import Messages
internal import Money

/// How requests' documents are read: every fault names its place.
enum RequestReading {
    /// The members of the body's object; card numbers are refused wherever they stand.
    static func object(
        _ body: [UInt8],
        limits: JSONLimits = JSONLimits()
    ) throws(Problem) -> JSONValue {
        let value: JSONValue
        do throws(JSONFault) {
            value = try JSONReader.read(body, limits: limits)
        } catch {
            throw Problem(fault: error)
        }
        if let pointer = cardNumber(in: value, at: "") {
            throw Problem(
                .cardNumberRefused,
                at: pointer,
                "This looks like a card number. Pay by a vaulted method; never send card data."
            )
        }
        return value
    }

    /// Reads a document by `read`, faults as problems.
    static func take<Output>(
        _ read: () throws(JSONFault) -> Output
    ) throws(Problem) -> Output {
        do throws(JSONFault) {
            return try read()
        } catch {
            throw Problem(fault: error)
        }
    }

    /// Where in `value` something looks like a card number; `nil` where nothing does.
    ///
    /// Texts and whole numbers only: the decimals of a coordinate may pass Luhn's check by chance.
    private static func cardNumber(in value: JSONValue, at pointer: String) -> String? {
        switch value {
        case .string(let text):
            return CardNumber.occurs(in: text) ? pointer : nil
        case .number(let number):
            let isWhole = number.text.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 }
            return isWhole && CardNumber.occurs(in: number.text) ? pointer : nil
        case .array(let elements):
            for (index, element) in elements.enumerated() {
                if let found = cardNumber(in: element, at: "\(pointer)/\(index)") { return found }
            }
            return nil
        case .object(let members):
            for member in members {
                let place = "\(pointer)/\(member.name)"
                if let found = cardNumber(in: member.value, at: place) { return found }
            }
            return nil
        case .null, .boolean:
            return nil
        }
    }
}

/// A place of a request: where, and what people call it.
struct NamedPlace: Hashable, Sendable {
    let point: GeoPoint
    let label: String

    /// The longest label, bytes: what dispatch stores.
    static let labelByteCountMax = 200
}

extension JSONObjectReader {
    /// The place in member `name`: `{"lat": 37.77, "lon": -122.41, "label": "Hotel"}`.
    mutating func place(_ name: String) throws(JSONFault) -> NamedPlace {
        var inner = try object(name)
        // Wider than the Earth, so that what is out of range can be told from what is swapped.
        let wide: ClosedRange<Int64> = -1_000_000_000_000_000...1_000_000_000_000_000
        let latitude = try inner.fixedPoint("lat", digits: 7, excess: .rounded, in: wide)
        let longitude = try inner.fixedPoint("lon", digits: 7, excess: .rounded, in: wide)
        let label = try inner.text(ifPresent: "label", byteCountMax: NamedPlace.labelByteCountMax)
        let latitudeMax = Int64(GeoPoint.latitudeE7Max)
        let longitudeMax = Int64(GeoPoint.longitudeE7Max)
        let looksSwapped =
            abs(latitude) > latitudeMax && abs(latitude) <= longitudeMax
            && abs(longitude) <= latitudeMax
        let hint =
            looksSwapped
            ? " It looks swapped with lon: lat is north and south, lon is east and west." : ""
        guard abs(latitude) <= latitudeMax else {
            throw inner.fault("lat", "A latitude lies between -90 and 90 degrees.\(hint)")
        }
        guard abs(longitude) <= longitudeMax else {
            throw inner.fault("lon", "A longitude lies between -180 and 180 degrees.")
        }
        guard
            let point = GeoPoint(
                latitudeE7: Int32(truncatingIfNeeded: latitude),
                longitudeE7: Int32(truncatingIfNeeded: longitude)
            )
        else { throw inner.fault("lat", "The position is out of range.") }
        try inner.finish()
        return NamedPlace(point: point, label: label ?? "")
    }

    /// A text of at most `byteCountMax` bytes in UTF-8, as the services store it.
    mutating func text(
        ifPresent name: String,
        byteCountMax: Int
    ) throws(JSONFault) -> String? {
        guard let text = try string(ifPresent: name, characterCountMax: byteCountMax) else {
            return nil
        }
        guard text.utf8.count <= byteCountMax else {
            throw fault(name, "The text is longer than \(byteCountMax) bytes in UTF-8.")
        }
        return text
    }

    /// A text of 1 to `byteCountMax` bytes that must be there.
    mutating func text(_ name: String, byteCountMax: Int) throws(JSONFault) -> String {
        guard let text = try text(ifPresent: name, byteCountMax: byteCountMax) else {
            throw fault(name, "The member is missing.")
        }
        guard !text.isEmpty else { throw fault(name, "The text is empty.") }
        return text
    }

    /// A vehicle class by its word.
    mutating func vehicleClass(ifPresent name: String) throws(JSONFault) -> VehicleClassCode? {
        try parsed(
            ifPresent: name,
            expectation: "a vehicle class: standard, business, first or van",
            VehicleClassWord.code
        )
    }
}
