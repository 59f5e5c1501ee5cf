/// Reading of documents that others write, whose unknown members are passed over.
extension JSONValue {
    /// The member `name` of an object, the first of several; `nil` where there is none, or it is no object.
    package subscript(name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name == name }?.value
    }

    /// The elements of an array; `nil` where it is something else.
    package var elements: [JSONValue]? {
        guard case .array(let elements) = self else { return nil }
        return elements
    }

    /// A text; `nil` where it is something else.
    package var text: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    /// A truth value; `nil` where it is something else.
    package var truth: Bool? {
        guard case .boolean(let truth) = self else { return nil }
        return truth
    }

    /// A whole number; `nil` where it is something else.
    package var whole: Int64? {
        guard case .number(let number) = self else { return nil }
        return number.scaled(digits: 0, excess: .refused)
    }
}
