internal import HTTP

extension JSONValue {
    /// The member `name` of an object; unknown members of a provider's documents are passed over.
    subscript(name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name == name }?.value
    }

    /// The elements of an array.
    var elements: [JSONValue]? {
        guard case .array(let elements) = self else { return nil }
        return elements
    }

    /// A text.
    var text: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    /// A whole number.
    var whole: Int64? {
        guard case .number(let number) = self else { return nil }
        return number.scaled(digits: 0, excess: .refused)
    }
}
