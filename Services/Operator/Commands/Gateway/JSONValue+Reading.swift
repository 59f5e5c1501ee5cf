package import HTTP

extension JSONValue {
    /// The member `name` of an object; `nil` where there is none.
    package subscript(_ name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name == name }?.value
    }

    /// The text of a string.
    package var text: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    /// The value of a whole number.
    package var whole: Int64? {
        guard case .number(let number) = self else { return nil }
        return number.scaled(digits: 0, excess: .refused)
    }

    /// The value of a boolean.
    package var truth: Bool? {
        guard case .boolean(let value) = self else { return nil }
        return value
    }

    /// The elements of an array.
    package var elements: [JSONValue]? {
        guard case .array(let elements) = self else { return nil }
        return elements
    }
}
