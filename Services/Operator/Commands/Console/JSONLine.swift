internal import HTTP

/// One figure as a line of JSON, for `--json`.
package enum JSONLine {
    /// A value of a line.
    package enum Value: Sendable {
        case text(String)
        case whole(Int)
        /// Written with `digits` decimal places.
        case decimal(Double, digits: Int)
        case truth(Bool)
        case none
    }

    /// An object with these members, in order.
    package static func text(_ members: KeyValuePairs<StaticString, Value>) -> String {
        var json = JSONWriter()
        json.beginObject()
        for (name, value) in members {
            json.key(name)
            switch value {
            case .text(let text): json.string(text)
            case .whole(let number): json.integer(Int64(number))
            case .decimal(let number, let digits): write(number, digits: digits, to: &json)
            case .truth(let truth): json.boolean(truth)
            case .none: json.null()
            }
        }
        json.endObject()
        return String(decoding: json.finish(), as: UTF8.self)
    }

    private static func write(_ number: Double, digits: Int, to json: inout JSONWriter) {
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        let scaled = (number * scale).rounded()
        // JSON has neither infinities nor NaN; a mean of nothing is null.
        guard scaled.isFinite, abs(scaled) < 9e15 else { return json.null() }
        json.fixedPoint(Int64(scaled), digits: digits)
    }
}
