internal import HTTP

/// Adds to the schemas of requests' documents what `JSONObjectReader` does everywhere, so that no schema can forget it.
///
/// A document of a request is closed: it has `"additionalProperties": false`. In such an object every member that is
/// not required may also be `null`, which clients write for what they leave out, and no text holds a control character.
enum ClosedSchemas {
    /// The schema `text` with those rules added.
    static func complete(_ text: StaticString) -> JSONValue {
        guard let schema = try? JSONReader.read(Array(text.description.utf8)) else {
            preconditionFailure("a schema of the description is not JSON")
        }
        return complete(schema)
    }

    private static func complete(_ schema: JSONValue) -> JSONValue {
        switch schema {
        case .object(let members):
            let inner = members.map { JSONMember(name: $0.name, value: complete($0.value)) }
            guard schema["additionalProperties"] == .boolean(false) else { return .object(inner) }
            return .object(
                inner.map { member in
                    guard member.name == "properties" else { return member }
                    return JSONMember(
                        name: member.name,
                        value: closed(member.value, required: requiredNames(of: schema))
                    )
                }
            )
        case .array(let elements):
            return .array(elements.map(complete))
        case .null, .boolean, .number, .string:
            return schema
        }
    }

    private static func requiredNames(of schema: JSONValue) -> [JSONValue] {
        guard case .array(let names)? = schema["required"] else { return [] }
        return names
    }

    private static func closed(_ properties: JSONValue, required: [JSONValue]) -> JSONValue {
        guard case .object(let members) = properties else { return properties }
        return .object(
            members.map { member in
                let value = withoutControls(member.value)
                let isRequired = required.contains(.string(member.name))
                return JSONMember(name: member.name, value: isRequired ? value : orNull(value))
            }
        )
    }

    /// U+0000 ... U+001F and U+007F.
    private static let noControls = #"^[^\u0000-\u001f\u007f]*$"#

    private static func withoutControls(_ schema: JSONValue) -> JSONValue {
        guard case .object(let members) = schema, schema["type"] == .string("string"),
            schema["enum"] == nil, schema["const"] == nil, schema["pattern"] == nil,
            schema["format"] == nil
        else { return schema }
        return .object(members + [JSONMember(name: "pattern", value: .string(noControls))])
    }

    private static func orNull(_ schema: JSONValue) -> JSONValue {
        let null = JSONValue.string("null")
        guard case .object(let members) = schema, case .string? = schema["type"],
            schema["enum"] == nil
        else {
            let alternatives = [schema, .object([JSONMember(name: "type", value: null)])]
            return .object([JSONMember(name: "anyOf", value: .array(alternatives))])
        }
        return .object(
            members.map { member in
                guard member.name == "type" else { return member }
                return JSONMember(name: "type", value: .array([member.value, null]))
            }
        )
    }
}

extension JSONWriter {
    /// Writes a document that was read.
    mutating func value(_ value: JSONValue) {
        switch value {
        case .null: null()
        case .boolean(let boolean): self.boolean(boolean)
        case .number(let number): raw(Array(number.text.utf8))
        case .string(let text): string(text)
        case .array(let elements):
            beginArray()
            for element in elements { self.value(element) }
            endArray()
        case .object(let members):
            beginObject()
            for member in members {
                key(text: member.name)
                self.value(member.value)
            }
            endObject()
        }
    }
}
