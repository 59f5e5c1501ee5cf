import HTTP

extension FuzzTarget {
    /// The reader of JSON documents: what is accepted can be written, reads the same, and is not cut short.
    static let json = FuzzTarget(
        name: "json",
        corpus: { _ in JSONCorpus.inputs },
        run: { input throws(FuzzFinding) in
            guard let value = try? JSONReader.read(input) else { return }
            var writer = JSONWriter()
            JSONCorpus.write(value, to: &writer)
            let written = writer.finish()
            try hold(
                (try? JSONReader.read(written)) == value,
                "what was read is written and reads the same"
            )
            try checkPrefixes(of: written, value)
            try checkNumbers(in: value)
            checkMembers(of: value)
        },
        // A whole document with a number that ends in an odd digit, which none of the corpus does but for 1.
        isCanary: { input in
            (try? JSONReader.read(input)).map { hasOddNumber($0, depth: 0) } ?? false
        }
    )

    private static func hasOddNumber(_ value: JSONValue, depth: Int) -> Bool {
        switch value {
        case .null, .boolean, .string: false
        case .number(let number):
            depth > 1 && [0x33, 0x35, 0x37, 0x39].contains(number.text.utf8.last)
        case .array(let elements): elements.contains { hasOddNumber($0, depth: depth + 1) }
        case .object(let members): members.contains { hasOddNumber($0.value, depth: depth + 1) }
        }
    }

    /// No beginning of an object, an array or a text is a document: a cut connection is never taken for an end.
    private static func checkPrefixes(
        of document: [UInt8],
        _ value: JSONValue
    ) throws(FuzzFinding) {
        switch value {
        case .object, .array, .string: break
        case .null, .boolean, .number: return
        }
        // All of a short document, and forty places of a long one.
        for count in stride(from: 0, to: document.count, by: 1 + document.count / 40) {
            let prefix = try? JSONReader.read(Array(document[..<count]))
            try hold(prefix == nil, "a document cut after \(count) bytes is refused")
        }
    }

    private static func checkNumbers(in value: JSONValue) throws(FuzzFinding) {
        switch value {
        case .null, .boolean, .string: return
        case .array(let elements):
            for element in elements { try checkNumbers(in: element) }
        case .object(let members):
            for member in members { try checkNumbers(in: member.value) }
        case .number(let number):
            for digits in [0, 2, 7, 18] {
                let exact = number.scaled(digits: digits, excess: .refused)
                let rounded = number.scaled(digits: digits, excess: .rounded)
                try hold(
                    exact == nil || exact == rounded,
                    "\(number.text): rounding keeps exact values"
                )
                guard let rounded else { continue }
                var writer = JSONWriter()
                writer.fixedPoint(rounded, digits: digits)
                guard case .number(let again) = try? JSONReader.read(writer.finish()) else {
                    throw FuzzFinding(sentence: "\(number.text): a written number reads")
                }
                let other = again.scaled(digits: digits, excess: .refused)
                try hold(other == rounded, "\(number.text): a written number reads the same")
            }
        }
    }

    /// Takes each member as every kind that requests have; whether it is one does not matter here.
    private static func checkMembers(of value: JSONValue) {
        guard case .object(let members) = value else { return }
        for name in members.prefix(8).map(\.name) {
            guard var object = try? JSONObjectReader(value, at: "") else { return }
            _ = try? object.string(ifPresent: name, characterCountMax: 20)
            _ = try? object.time(ifPresent: name)
            _ = try? object.integer(ifPresent: name, in: -5...5)
            _ = try? object.fixedPoint(name, digits: 7, excess: .rounded, in: -900...900)
            _ = try? object.object(name)
            try? object.finish()
        }
    }
}

/// Documents as partners and operators send them.
enum JSONCorpus {
    static let inputs = texts.map { Array($0.utf8) }

    private static let texts = [
        #"{"pickup":{"lat":51.2,"lon":-0.124,"label":"A \"B\"\u00e9\ud83d\ude00"},"drop_off":{"lat":1e0,"lon":-180}}"#,
        #"{"quote_id":"qt_01jd0c5m8e6q2x9v4k6h3n1r5t","patience_seconds":600,"driver_note":null}"#,
        #"{"at":"2026-11-20T10:00:00.5+01:00","factor":3600}"#,
        "[{\"n\":1},{\"n\":-2.50e+1},{},[],[[[]]],true,false,null,\"\\n\"]",
        " \t\r\n\"text\" ", "-0", "1E400", "12345678901234567890123456789012345678",
        #"{"zones":[{"geometry":{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}}]}"#,
        #"{"a":1,"a":1}"#, "[1,]", "\"\\ud800\"",
    ]

    static func write(_ value: JSONValue, to json: inout JSONWriter) {
        switch value {
        case .null: json.null()
        case .boolean(let boolean): json.boolean(boolean)
        case .number(let number): json.raw(Array(number.text.utf8))
        case .string(let text): json.string(text)
        case .array(let elements):
            json.beginArray()
            for element in elements { write(element, to: &json) }
            json.endArray()
        case .object(let members):
            json.beginObject()
            for member in members {
                json.key(text: member.name)
                write(member.value, to: &json)
            }
            json.endObject()
        }
    }
}
