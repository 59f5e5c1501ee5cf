package import Timekeeping

/// Takes the members of one object into a struct of ours, and refuses what was not asked for.
///
///     var object = try JSONReader.object(request.body)
///     let name = try object.string("name", characterCountMax: 100)
///     let fare = try object.fixedPoint("fare", digits: 2, excess: .refused, in: 0...1_000_000)
///     try object.finish()
///
/// Optional members answer `nil` where they are absent or `null`.
package struct JSONObjectReader: ~Copyable {
    /// Where the object stands, as a JSON pointer.
    package let pointer: String
    private let members: [JSONMember]
    private var isTaken: [Bool]

    /// The members of `value`, which must be an object.
    package init(_ value: JSONValue, at pointer: String) throws(JSONFault) {
        guard case .object(let members) = value else {
            throw JSONFault(pointer, "Expected an object, found \(value.kind).")
        }
        self.pointer = pointer
        self.members = members
        isTaken = Array(repeating: false, count: members.count)
    }

    /// Ends the reading.
    ///
    /// - Throws: The first member that was never asked for.
    package consuming func finish() throws(JSONFault) {
        for index in members.indices where !isTaken[index] {
            throw JSONFault(
                JSONFault.pointer(pointer, member: members[index].name),
                "The member is not known."
            )
        }
    }

    /// The pointer of the member `name`.
    package func place(of name: String) -> String { JSONFault.pointer(pointer, member: name) }

    /// A fault that the caller found in the member `name`.
    package func fault(_ name: String, _ detail: String) -> JSONFault {
        JSONFault(place(of: name), detail)
    }

    /// The member `name` as it is; `nil` where it is absent or `null`.
    package mutating func value(ifPresent name: String) -> JSONValue? {
        guard let index = members.firstIndex(where: { $0.name == name }) else { return nil }
        isTaken[index] = true
        return members[index].value == .null ? nil : members[index].value
    }

    private func missing(_ name: String) -> JSONFault { fault(name, "The member is missing.") }

    private func wrongKind(_ name: String, _ wanted: String, _ value: JSONValue) -> JSONFault {
        fault(name, "Expected \(wanted), found \(value.kind).")
    }

    /// A text of at most `characterCountMax` characters (Unicode scalars) without controls.
    package mutating func string(
        ifPresent name: String,
        characterCountMax: Int
    ) throws(JSONFault) -> String? {
        guard let value = value(ifPresent: name) else { return nil }
        guard case .string(let text) = value else { throw wrongKind(name, "a string", value) }
        guard text.unicodeScalars.count <= characterCountMax else {
            throw fault(name, "The text is longer than \(characterCountMax) characters.")
        }
        guard text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F }) else {
            throw fault(name, "The text holds a control character.")
        }
        return text
    }

    /// As `string(ifPresent:characterCountMax:)`, for a member that must be there.
    package mutating func string(
        _ name: String,
        characterCountMax: Int
    ) throws(JSONFault) -> String {
        guard let text = try string(ifPresent: name, characterCountMax: characterCountMax) else {
            throw missing(name)
        }
        return text
    }

    /// A text that `parse` turns into a value of ours: an id, a currency, a state.
    ///
    /// - Parameter expectation: What it must be, for the fault: `"a booking id"`.
    package mutating func parsed<Value>(
        ifPresent name: String,
        expectation: String,
        _ parse: (String) -> Value?
    ) throws(JSONFault) -> Value? {
        guard let text = try string(ifPresent: name, characterCountMax: 256) else { return nil }
        guard let value = parse(text) else { throw fault(name, "Expected \(expectation).") }
        return value
    }

    /// As `parsed(ifPresent:expectation:_:)`, for a member that must be there.
    package mutating func parsed<Value>(
        _ name: String,
        expectation: String,
        _ parse: (String) -> Value?
    ) throws(JSONFault) -> Value {
        guard let value = try parsed(ifPresent: name, expectation: expectation, parse) else {
            throw missing(name)
        }
        return value
    }

    /// A moment with its offset (RFC 3339).
    package mutating func time(ifPresent name: String) throws(JSONFault) -> WallTime? {
        try parsed(ifPresent: name, expectation: "a time with an offset (RFC 3339)", RFC3339.parse)
    }

    /// As `time(ifPresent:)`, for a member that must be there.
    package mutating func time(_ name: String) throws(JSONFault) -> WallTime {
        guard let time = try time(ifPresent: name) else { throw missing(name) }
        return time
    }

    /// A number times 10^`digits`, exactly, inside `range`; see `JSONNumber.scaled`.
    package mutating func fixedPoint(
        ifPresent name: String,
        digits: Int,
        excess: JSONNumber.Excess,
        in range: ClosedRange<Int64>
    ) throws(JSONFault) -> Int64? {
        guard let value = value(ifPresent: name) else { return nil }
        guard case .number(let number) = value else { throw wrongKind(name, "a number", value) }
        guard let units = number.scaled(digits: digits, excess: excess) else {
            throw fault(name, "The number is out of range or has too many decimal places.")
        }
        guard range.contains(units) else {
            throw fault(name, digits == 0 ? Self.text(range) : "The number is out of range.")
        }
        return units
    }

    private static func text(_ range: ClosedRange<Int64>) -> String {
        "Expected a whole number from \(range.lowerBound) to \(range.upperBound)."
    }

    /// As `fixedPoint(ifPresent:digits:excess:in:)`, for a member that must be there.
    package mutating func fixedPoint(
        _ name: String,
        digits: Int,
        excess: JSONNumber.Excess,
        in range: ClosedRange<Int64>
    ) throws(JSONFault) -> Int64 {
        guard
            let units = try fixedPoint(ifPresent: name, digits: digits, excess: excess, in: range)
        else { throw missing(name) }
        return units
    }

    /// A whole number inside `range`; `1.0` and `1e3` are whole.
    package mutating func integer(
        ifPresent name: String,
        in range: ClosedRange<Int64>
    ) throws(JSONFault) -> Int64? {
        try fixedPoint(ifPresent: name, digits: 0, excess: .refused, in: range)
    }

    /// As `integer(ifPresent:in:)`, for a member that must be there.
    package mutating func integer(
        _ name: String,
        in range: ClosedRange<Int64>
    ) throws(JSONFault) -> Int64 {
        try fixedPoint(name, digits: 0, excess: .refused, in: range)
    }

    /// `true` or `false`.
    package mutating func boolean(ifPresent name: String) throws(JSONFault) -> Bool? {
        guard let value = value(ifPresent: name) else { return nil }
        guard case .boolean(let boolean) = value else { throw wrongKind(name, "a boolean", value) }
        return boolean
    }

    /// An array of at most `countMax` elements, each read by `read` with its pointer.
    package mutating func array<Element>(
        ifPresent name: String,
        countMax: Int,
        _ read: (JSONValue, String) throws(JSONFault) -> Element
    ) throws(JSONFault) -> [Element]? {
        guard let value = value(ifPresent: name) else { return nil }
        guard case .array(let elements) = value else { throw wrongKind(name, "an array", value) }
        guard elements.count <= countMax else {
            throw fault(name, "The array has more than \(countMax) elements.")
        }
        var result: [Element] = []
        result.reserveCapacity(elements.count)
        for (index, element) in elements.enumerated() {
            result.append(try read(element, "\(place(of: name))/\(index)"))
        }
        return result
    }

    /// As `array(ifPresent:countMax:_:)`, for a member that must be there.
    package mutating func array<Element>(
        _ name: String,
        countMax: Int,
        _ read: (JSONValue, String) throws(JSONFault) -> Element
    ) throws(JSONFault) -> [Element] {
        guard let elements = try array(ifPresent: name, countMax: countMax, read) else {
            throw missing(name)
        }
        return elements
    }

    /// The members of an inner object; finish it too.
    package mutating func object(_ name: String) throws(JSONFault) -> JSONObjectReader {
        guard let value = value(ifPresent: name) else { throw missing(name) }
        return try JSONObjectReader(value, at: place(of: name))
    }
}
