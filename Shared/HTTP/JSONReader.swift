/// Reads a JSON document (RFC 8259) into a tree, strictly: one value, no duplicate names, no numbers that
/// JSON does not have, valid UTF-8, no lone surrogates, no U+0000, and limits on everything.
package struct JSONReader {
    private enum Step {
        case member(String)
        case element(Int)
    }

    private let bytes: [UInt8]
    private let limits: JSONLimits
    private var index = 0
    private var valueCount = 0
    private var path: [Step] = []

    private init(_ bytes: [UInt8], _ limits: JSONLimits) {
        self.bytes = bytes
        self.limits = limits
    }

    /// The document in `bytes`.
    ///
    /// - Throws: The first fault, with the place where it was found.
    package static func read(
        _ bytes: [UInt8],
        limits: JSONLimits = JSONLimits()
    ) throws(JSONFault) -> JSONValue {
        var reader = JSONReader(bytes, limits)
        guard bytes.count <= limits.byteCountMax else {
            throw reader.fault("The document is too large.")
        }
        reader.skipBlanks()
        let value = try reader.value(depth: 0)
        reader.skipBlanks()
        guard reader.index == bytes.count else {
            throw reader.fault("Something follows the document.")
        }
        return value
    }

    /// The document in `bytes`, which must be an object, ready for taking its members.
    package static func object(
        _ bytes: [UInt8],
        limits: JSONLimits = JSONLimits()
    ) throws(JSONFault) -> JSONObjectReader {
        try JSONObjectReader(read(bytes, limits: limits), at: "")
    }

    private func fault(_ detail: String) -> JSONFault {
        var pointer = ""
        for step in path {
            switch step {
            case .member(let name): pointer = JSONFault.pointer(pointer, member: name)
            case .element(let position): pointer += "/\(position)"
            }
        }
        return JSONFault(pointer, detail, byteOffset: min(index, bytes.count))
    }

    /// The next byte, 0 at the end; 0 itself is never part of a document.
    private var peek: UInt8 { index < bytes.count ? bytes[index] : 0 }

    private mutating func skipBlanks() {
        while index < bytes.count {
            switch bytes[index] {
            case 0x20, 0x09, 0x0A, 0x0D: index += 1
            default: return
            }
        }
    }

    /// Reads a value; recursive, bounded by `depthMax`.
    private mutating func value(depth: Int) throws(JSONFault) -> JSONValue {
        valueCount += 1
        guard valueCount <= limits.valueCountMax else {
            throw fault("The document has too many values.")
        }
        switch peek {
        case UInt8(ascii: "{"): return .object(try object(depth: depth + 1))
        case UInt8(ascii: "["): return .array(try array(depth: depth + 1))
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try number())
        case UInt8(ascii: "t"): return try literal("true", .boolean(true))
        case UInt8(ascii: "f"): return try literal("false", .boolean(false))
        case UInt8(ascii: "n"): return try literal("null", .null)
        default: throw fault(index < bytes.count ? "A value is malformed." : "A value is missing.")
        }
    }

    private mutating func literal(
        _ text: StaticString,
        _ value: JSONValue
    ) throws(JSONFault) -> JSONValue {
        guard bytes.span.matches(text, at: index) else { throw fault("A value is malformed.") }
        index += text.utf8CodeUnitCount
        return value
    }

    private mutating func object(depth: Int) throws(JSONFault) -> [JSONMember] {
        guard depth <= limits.depthMax else { throw fault("The document is nested too deeply.") }
        index += 1
        var members: [JSONMember] = []
        var names: Set<String> = []
        skipBlanks()
        if peek == UInt8(ascii: "}") {
            index += 1
            return members
        }
        while true {
            skipBlanks()
            guard peek == UInt8(ascii: "\"") else { throw fault("A member's name is missing.") }
            let name = try string()
            path.append(.member(name))
            guard Self.isNew(name, among: members, &names) else {
                throw fault("The name is used twice.")
            }
            guard members.count < limits.memberCountMax else {
                throw fault("The object has too many members.")
            }
            skipBlanks()
            guard peek == UInt8(ascii: ":") else { throw fault("A colon is missing.") }
            index += 1
            skipBlanks()
            members.append(JSONMember(name: name, value: try value(depth: depth)))
            path.removeLast()
            skipBlanks()
            let next = peek
            guard next == UInt8(ascii: ",") || next == UInt8(ascii: "}") else {
                throw fault("The object is not closed.")
            }
            index += 1
            if next == UInt8(ascii: "}") { return members }
        }
    }

    /// Members up to which names are compared one by one: a set of a few costs more than it saves.
    private static let comparedCountMax = 16

    /// Whether no member has the name yet. Asks the set, whose order never shows, where there are many.
    private static func isNew(
        _ name: String,
        among members: [JSONMember],
        _ names: inout Set<String>
    ) -> Bool {
        if members.count < comparedCountMax { return !members.contains { $0.name == name } }
        if names.isEmpty { names = Set(members.map(\.name)) }
        return names.insert(name).inserted
    }

    private mutating func array(depth: Int) throws(JSONFault) -> [JSONValue] {
        guard depth <= limits.depthMax else { throw fault("The document is nested too deeply.") }
        index += 1
        var elements: [JSONValue] = []
        skipBlanks()
        if peek == UInt8(ascii: "]") {
            index += 1
            return elements
        }
        while true {
            skipBlanks()
            path.append(.element(elements.count))
            elements.append(try value(depth: depth))
            path.removeLast()
            skipBlanks()
            let next = peek
            guard next == UInt8(ascii: ",") || next == UInt8(ascii: "]") else {
                throw fault("The array is not closed.")
            }
            index += 1
            if next == UInt8(ascii: "]") { return elements }
        }
    }

    private mutating func number() throws(JSONFault) -> JSONNumber {
        let start = index
        if peek == UInt8(ascii: "-") { index += 1 }
        if peek == UInt8(ascii: "0") {
            index += 1
        } else {
            try digits()
        }
        if peek == UInt8(ascii: ".") {
            index += 1
            try digits()
        }
        if peek | 0x20 == UInt8(ascii: "e") {
            index += 1
            if peek == UInt8(ascii: "+") || peek == UInt8(ascii: "-") { index += 1 }
            try digits()
        }
        switch peek {
        // What may follow a value; anything else is part of a number that JSON does not have.
        case 0, 0x20, 0x09, 0x0A, 0x0D, UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"):
            break
        default: throw fault("A number is malformed.")
        }
        guard index - start <= JSONNumber.byteCountMax else { throw fault("A number is too long.") }
        return JSONNumber(text: String(decoding: bytes[start..<index], as: UTF8.self))
    }

    private mutating func digits() throws(JSONFault) {
        let start = index
        while peek &- UInt8(ascii: "0") < 10 { index += 1 }
        guard index > start else { throw fault("A number is malformed.") }
    }

    private mutating func string() throws(JSONFault) -> String {
        index += 1
        let start = index
        // The usual text has no escapes and is taken in one piece.
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "\"") {
                let text = try validated(bytes[start..<index])
                index += 1
                return text
            }
            guard byte >= 0x20 else { throw fault("A string holds a control character.") }
            if byte == UInt8(ascii: "\\") { return try escapedString(from: start) }
            index += 1
        }
        throw fault("A string is not closed.")
    }

    private mutating func escapedString(from start: Int) throws(JSONFault) -> String {
        var text = Array(bytes[start..<index])
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            switch byte {
            case UInt8(ascii: "\""): return try validated(text[...])
            case UInt8(ascii: "\\"): try escape(into: &text)
            case 0..<0x20: throw fault("A string holds a control character.")
            default: text.append(byte)
            }
        }
        throw fault("A string is not closed.")
    }

    private func validated(_ units: ArraySlice<UInt8>) throws(JSONFault) -> String {
        guard let text = String(validating: units, as: UTF8.self) else {
            throw fault("A string is not valid UTF-8.")
        }
        return text
    }

    private mutating func escape(into text: inout [UInt8]) throws(JSONFault) {
        let letter = peek
        index += 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(letter)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"):
            guard let scalar = Unicode.Scalar(try escapedCodePoint()), scalar != "\0" else {
                throw fault("A string holds a character that is not allowed.")
            }
            text.append(contentsOf: UTF8.encode(scalar)?.map(\.self) ?? [])
        default: throw fault("An escape is malformed.")
        }
    }

    /// The code point of `\uXXXX`, or of two of them where the first is a high surrogate.
    private mutating func escapedCodePoint() throws(JSONFault) -> UInt32 {
        let first = try fourDigits()
        guard (0xD800..<0xDC00).contains(first) else { return first }
        guard bytes.span.matches("\\u", at: index) else { return first }
        index += 2
        let second = try fourDigits()
        guard (0xDC00..<0xE000).contains(second) else { return first }
        return 0x1_0000 + (first - 0xD800) << 10 + (second - 0xDC00)
    }

    private mutating func fourDigits() throws(JSONFault) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = Octet.hexadecimal(peek) else {
                throw fault("An escape is malformed.")
            }
            value = value << 4 | UInt32(digit)
            index += 1
        }
        return value
    }
}
