import Messages
import WireFormat

/// `registry.json`, made from the code: the test holds the file to it, character for character.
struct RegistryDocument {
    /// What each type of a field is in bytes.
    static let types: [(name: String, byteCount: Int, meaning: String)] = [
        ("u8", 1, "unsigned"), ("u16", 2, "unsigned"), ("u32", 4, "unsigned"),
        ("u64", 8, "unsigned"), ("i32", 4, "two's complement"), ("i64", 8, "two's complement"),
        ("bool", 1, "0 or 1"),
        ("time", 8, "i64, microseconds since the Unix epoch; 0 is none"),
        ("currency", 2, "u16, numeric code of ISO 4217; 0 is none"),
        ("id", 16, "most significant byte first; 0 is none"),
    ]

    private var lines: [String] = []

    /// The whole document.
    static var text: String {
        var document = RegistryDocument()
        document.write()
        return document.lines.joined(separator: "\n") + "\n"
    }

    private mutating func write() {
        lines.append("{")
        lines.append("  \"protocol\": \"LBP/1\",")
        array(
            "types",
            Self.types.map { type in
                Self.object([
                    ("name", Self.quoted(type.name)), ("bytes", "\(type.byteCount)"),
                    ("meaning", Self.quoted(type.meaning)),
                ])
            }
        )
        lines[lines.count - 1] += ","
        services()
        messages("messages", MessageCatalog.messages.map { $0.schema }, hasTails: true)
        messages("elements", MessageCatalog.elements.map { $0.schema }, hasTails: false)
        batches()
        enumerations()
        lines.append("}")
    }

    private mutating func services() {
        lines.append("  \"services\": [")
        for service in RegistryService.allCases {
            lines.append("    {")
            lines.append("      \"id\": \(service.rawValue),")
            lines.append("      \"name\": \"\(service)\",")
            array("methods", Registry.methods(of: service).map(Self.method), indent: 6)
            lines[lines.count - 1] += ","
            let reserved = Registry.reservedMethodIDs(of: service).map { "\($0)" }
            lines.append("      \"reservedMethods\": [\(reserved.joined(separator: ", "))],")
            let subCodes = Registry.subCodes.first { $0.service == service }
            array("subCodes", subCodes.map { Self.subCodes($0) } ?? [], indent: 6)
            lines[lines.count - 1] += ","
            let removed = subCodes.map { $0.reservedValues.map { "\($0)" } } ?? []
            lines.append("      \"reservedSubCodes\": [\(removed.joined(separator: ", "))]")
            lines.append("    },")
        }
        endList()
    }

    private static func method(_ method: MethodDescriptor) -> String {
        object([
            ("id", "\(method.id)"), ("name", quoted(method.name)),
            ("kind", quoted("\(method.kind)")),
            ("request", quoted(method.request)), ("response", quoted(method.response)),
            ("mutating", "\(method.isMutating)"), ("criticality", "\(method.criticality.rawValue)"),
            ("timeoutMs", method.timeoutMilliseconds.map { "\($0)" } ?? "null"),
            ("floorMs", "\(method.floorMilliseconds)"),
            ("callers", "[\(method.callers.map { quoted($0.rawValue) }.joined(separator: ", "))]"),
        ])
    }

    private static func subCodes<Code: RegistrySubCode>(_ type: Code.Type) -> [String] {
        type.allCases.map { object([("value", "\($0.rawValue)"), ("name", quoted("\($0)"))]) }
    }

    private mutating func messages(_ name: String, _ schemas: [MessageSchema], hasTails: Bool) {
        lines.append("  \"\(name)\": [")
        for schema in schemas {
            lines.append("    {")
            lines.append("      \"name\": \"\(schema.name)\",")
            lines.append("      \"blockBytes\": \(schema.blockByteCount),")
            if hasTails {
                lines.append("      \"minimumBlockBytes\": \(schema.minimumBlockByteCount),")
            }
            array("fields", schema.fields.map { Self.field($0, of: schema) }, indent: 6)
            if hasTails {
                lines[lines.count - 1] += ","
                array("tails", schema.tails.map(Self.tail), indent: 6)
                lines[lines.count - 1] += ","
                let reserved = schema.reservedTags.map { "\($0)" }.joined(separator: ", ")
                lines.append("      \"reservedTags\": [\(reserved)]")
            }
            lines.append("    },")
        }
        endList()
    }

    private static func field(_ field: MessageSchema.Field, of schema: MessageSchema) -> String {
        var pairs = [
            ("offset", "\(field.offset)"), ("bytes", "\(field.byteCount)"),
            ("name", quoted(field.name)), ("type", quoted(field.type)),
        ]
        if let minimum = field.minimum { pairs.append(("minimum", "\(minimum)")) }
        if let maximum = field.maximum { pairs.append(("maximum", "\(maximum)")) }
        if let enumeration = field.enumeration {
            pairs.append(("enumeration", quoted(enumeration)))
        }
        if let prefix = field.prefix { pairs.append(("prefix", quoted(prefix))) }
        // What a message holds where an older peer's block ends before the field.
        if field.offset >= schema.minimumBlockByteCount {
            pairs.append(("default", "\(field.defaultValue)"))
        }
        return object(pairs)
    }

    private static func tail(_ tail: MessageSchema.Tail) -> String {
        var pairs = [
            ("tag", "\(tail.tag)"), ("name", quoted(tail.name)), ("type", quoted(tail.type)),
        ]
        if let element = tail.element { pairs.append(("element", quoted(element))) }
        pairs.append(("maximum", "\(tail.maximum)"))
        return object(pairs)
    }

    /// The one body that is not a message: a head and records of one width.
    private mutating func batches() {
        lines.append("  \"batches\": [")
        lines.append("    {")
        lines.append("      \"name\": \"LocationBatch\",")
        lines.append("      \"headerBytes\": \(LocationBatch.headerByteCount),")
        lines.append("      \"recordBytes\": \(LocationRecord.byteCount),")
        array("header", Self.row(LocationLayout.header), indent: 6)
        lines[lines.count - 1] += ","
        array("record", Self.row(LocationLayout.record), indent: 6)
        lines.append("    },")
        endList()
    }

    private static func row(_ fields: [LocationLayout.Field]) -> [String] {
        fields.map { field in
            var pairs = [
                ("offset", "\(field.offset)"), ("bytes", "\(field.byteCount)"),
                ("name", quoted(field.name)), ("type", quoted(field.type)),
            ]
            if let minimum = field.minimum { pairs.append(("minimum", "\(minimum)")) }
            if let maximum = field.maximum { pairs.append(("maximum", "\(maximum)")) }
            if let also = field.also { pairs.append(("also", "\(also)")) }
            if field.name == "status" { pairs.append(("enumeration", quoted("DriverStatusCode"))) }
            return object(pairs)
        }
    }

    private mutating func enumerations() {
        lines.append("  \"enumerations\": [")
        for type in MessageCatalog.enumerations {
            lines.append("    {")
            lines.append("      \"name\": \"\(type.wireName)\",")
            array("values", Self.values(type), indent: 6)
            lines[lines.count - 1] += ","
            let reserved = type.reservedValues.map { "\($0)" }.joined(separator: ", ")
            lines.append("      \"reserved\": [\(reserved)]")
            lines.append("    },")
        }
        endList(isLast: true)
    }

    private static func values<Code: WireCode>(_ type: Code.Type) -> [String] {
        type.allCases.map { object([("value", "\($0.rawValue)"), ("name", quoted("\($0)"))]) }
    }

    /// A key with a list, one element a line.
    private mutating func array(_ name: String, _ elements: [String], indent: Int = 2) {
        let margin = String(repeating: " ", count: indent)
        guard !elements.isEmpty else {
            lines.append("\(margin)\"\(name)\": []")
            return
        }
        lines.append("\(margin)\"\(name)\": [")
        for (index, element) in elements.enumerated() {
            lines.append("\(margin)  \(element)\(index + 1 < elements.count ? "," : "")")
        }
        lines.append("\(margin)]")
    }

    /// Ends a list of objects: the last has no comma.
    private mutating func endList(isLast: Bool = false) {
        lines[lines.count - 1] = "    }"
        lines.append(isLast ? "  ]" : "  ],")
    }

    private static func object(_ pairs: [(String, String)]) -> String {
        "{" + pairs.map { "\"\($0.0)\": \($0.1)" }.joined(separator: ", ") + "}"
    }

    /// Names are plain ASCII without quotes.
    private static func quoted(_ text: String) -> String { "\"\(text)\"" }
}
