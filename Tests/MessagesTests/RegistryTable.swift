import Messages

/// The tables of `README.md`, made from the code.
enum RegistryTable {
    /// The line of `README.md` behind which the tables stand; what is before it is written by hand.
    static let marker = "<!-- From here on: written by the tests of Messages. -->\n\n"

    /// The tables.
    static var text: String {
        var lines = [
            "## Types",
            "",
            "| type | bytes | what it is |",
            "| --- | --- | --- |",
        ]
        for type in RegistryDocument.types {
            lines.append("| `\(type.name)` | \(type.byteCount) | \(type.meaning) |")
        }
        lines += [
            "",
            "An enumeration is a `u8`: 0 is unspecified, and unknown values are kept.",
        ]
        for service in RegistryService.allCases { lines += methods(of: service) }
        lines += ["", "## Messages"]
        for type in MessageCatalog.messages { lines += message(type.schema) }
        lines += ["", "## Elements of lists"]
        for type in MessageCatalog.elements { lines += message(type.schema) }
        lines += ["", "## Enumerations", "", "| name | values |", "| --- | --- |"]
        for type in MessageCatalog.enumerations { lines.append(enumeration(type)) }
        lines += ["", "## Finer codes of STATUS", "", "| service | values |", "| --- | --- |"]
        for type in Registry.subCodes { lines.append(subCodes(type)) }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func methods(of service: RegistryService) -> [String] {
        let methods = Registry.methods(of: service)
        guard !methods.isEmpty else { return [] }
        let head = [
            "", "## Service \(service.rawValue), `\(service)`", "",
            "| method | name | kind | request | response | mutating | criticality | timeout | floor |"
                + " callers |",
            "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
        ]
        return head
            + methods.map { method in
                let timeout = method.timeoutMilliseconds.map { "\($0) ms" } ?? "none"
                return "| \(method.id) | `\(method.name)` | \(method.kind) | `\(method.request)`"
                    + " | `\(method.response)` | \(method.isMutating ? "yes" : "no")"
                    + " | \(method.criticality) | \(timeout) | \(method.floorMilliseconds) ms"
                    + " | \(method.callers.map(\.rawValue).joined(separator: ", ")) |"
            }
    }

    private static func message(_ schema: MessageSchema) -> [String] {
        var lines = ["", "### \(schema.name)", ""]
        if schema.fields.isEmpty {
            lines.append("An empty block.")
        } else {
            let minimum = schema.minimumBlockByteCount
            lines.append(
                "\(schema.blockByteCount) bytes"
                    + (minimum < schema.blockByteCount ? ", at least \(minimum)." : ".")
            )
            lines += [
                "", "| offset | bytes | field | type | range |", "| --- | --- | --- | --- | --- |",
            ]
            for field in schema.fields {
                let type = field.enumeration ?? field.type + (field.prefix.map { " \($0)" } ?? "")
                let range = [
                    field.minimum.map { "\($0)" }, field.maximum.map { "\($0)" },
                ].compactMap { $0 }.joined(separator: " ... ")
                lines.append(
                    "| \(field.offset) | \(field.byteCount) | `\(field.name)` | \(type)"
                        + " | \(range) |"
                )
            }
        }
        guard !schema.tails.isEmpty else { return lines }
        lines += ["", "| tag | tail | type | at most |", "| --- | --- | --- | --- |"]
        for tail in schema.tails {
            let type = [tail.type, tail.element].compactMap { $0 }.joined(separator: " ")
            let unit = tail.element == nil ? "bytes" : "elements"
            lines.append("| \(tail.tag) | `\(tail.name)` | \(type) | \(tail.maximum) \(unit) |")
        }
        return lines
    }

    private static func enumeration<Code: WireCode>(_ type: Code.Type) -> String {
        let values = type.allCases.map { "\($0.rawValue) `\($0)`" }.joined(separator: ", ")
        return "| \(type.wireName) | \(values) |"
    }

    private static func subCodes<Code: RegistrySubCode>(_ type: Code.Type) -> String {
        let values = type.allCases.map { "\($0.rawValue) `\($0)`" }.joined(separator: ", ")
        return "| \(type.service) | \(values) |"
    }
}
