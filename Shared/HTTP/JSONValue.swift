/// A JSON document as a tree. Numbers stay text, so no decimal passes through a floating point number.
package enum JSONValue: Equatable, Sendable {
    /// `null`.
    case null
    /// `true` or `false`.
    case boolean(Bool)
    /// A number as it was written.
    case number(JSONNumber)
    /// A text, escapes resolved; it never holds U+0000.
    case string(String)
    /// An array.
    case array([JSONValue])
    /// An object, members in their order, names distinct.
    case object([JSONMember])

    /// What a fault calls a value of this kind.
    var kind: String {
        switch self {
        case .null: "null"
        case .boolean: "a boolean"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}

/// A name and its value in an object.
package struct JSONMember: Equatable, Sendable {
    /// The name, escapes resolved.
    package let name: String
    /// The value.
    package let value: JSONValue

    /// A member of a document that is made rather than read.
    package init(name: String, value: JSONValue) {
        self.name = name
        self.value = value
    }
}

/// Where and how a document is at fault; its text may be shown to whoever sent the document.
package struct JSONFault: Error, Equatable, Sendable {
    /// The place as a JSON pointer (RFC 6901): `/passengers/0/phone`, empty for the whole document.
    package let pointer: String
    /// What is wrong there, a sentence that holds nothing of the document.
    package let detail: String
    /// Whether the bytes are no JSON at all, rather than JSON that is not what was asked for.
    package let isSyntax: Bool
    /// The byte at which reading stopped, from 0; `nil` where the bytes are JSON.
    package let byteOffset: Int?

    /// A fault at `pointer` of a document that is JSON.
    package init(_ pointer: String, _ detail: String) {
        self.init(pointer, detail, byteOffset: nil)
    }

    /// A fault of bytes that are no JSON from `byteOffset` on, or of JSON where that is `nil`.
    init(_ pointer: String, _ detail: String, byteOffset: Int?) {
        self.pointer = pointer
        self.detail = detail
        self.byteOffset = byteOffset
        isSyntax = byteOffset != nil
    }

    /// `pointer` with one more step to a member.
    static func pointer(_ pointer: String, member name: String) -> String {
        // RFC 6901 section 3: the two characters with a meaning are escaped.
        var step = ""
        for character in name.unicodeScalars {
            switch character {
            case "~": step += "~0"
            case "/": step += "~1"
            default: step.unicodeScalars.append(character)
            }
        }
        return "\(pointer)/\(step)"
    }
}

extension Problem {
    /// The answer to a document at fault: 400 where it is no JSON, 422 where it is not what was asked for.
    package init(_ fault: JSONFault) {
        self.init(
            fault.isSyntax ? .badRequest : .unprocessableContent,
            title: fault.isSyntax ? "Malformed JSON" : "Invalid request",
            detail: fault.detail,
            code: fault.isSyntax ? "malformed_json" : "invalid_request",
            errors: [FieldError(pointer: fault.pointer, detail: fault.detail)]
        )
    }
}
