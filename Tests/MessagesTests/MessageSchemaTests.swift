import Foundation
import Messages
import Testing
import WireFormat

@Suite("Schemas")
struct MessageSchemaTests {
    static let all =
        MessageCatalog.messages.map { $0.schema } + MessageCatalog.elements.map { $0.schema }

    @Test("fields lie one behind the other and fill the block", arguments: all)
    func offsets(schema: MessageSchema) {
        var offset = 0
        for field in schema.fields {
            #expect(field.offset == offset, "\(schema.name).\(field.name)")
            offset += field.byteCount
        }
        #expect(offset == schema.blockByteCount, "\(schema.name)")
        let ends = schema.fields.map { $0.offset + $0.byteCount } + [0]
        #expect(ends.contains(schema.minimumBlockByteCount), "\(schema.name)")
    }

    @Test("tags ascend from 1 and none is reserved; names are told once", arguments: all)
    func tags(schema: MessageSchema) {
        let tags = schema.tails.map(\.tag)
        #expect(tags == tags.sorted())
        #expect(Set(tags).count == tags.count)
        #expect(!tags.contains(0))
        #expect(Set(tags).isDisjoint(with: schema.reservedTags))
        let names = schema.fields.map(\.name) + schema.tails.map(\.name)
        #expect(Set(names).count == names.count, "\(schema.name)")
    }

    @Test("the longest text, bytes and lists fit a tail", arguments: all)
    func tailLengths(schema: MessageSchema) {
        for tail in schema.tails {
            switch tail.type {
            case "list":
                let element = Self.all.first { $0.name == tail.element }
                let byteCount = 4 + tail.maximum * (element?.blockByteCount ?? .max / 65_536)
                #expect(byteCount <= 65_535, "\(schema.name).\(tail.name)")
            case "messages":
                #expect(Self.all.contains { $0.name == tail.element })
            default:
                #expect(tail.maximum <= 65_535)
            }
        }
    }

    @Test("no message lies within itself, and none more than 8 deep", arguments: all)
    func nesting(schema: MessageSchema) {
        #expect(Self.depth(of: schema.name, limit: 9) <= 8, "\(schema.name)")
    }

    /// How many messages lie within each other, this one among them; `limit` where there are more or no end.
    private static func depth(of name: String, limit: Int) -> Int {
        guard limit > 1 else { return 1 }
        let nested = all.first { $0.name == name }?.tails.filter { $0.type == "messages" } ?? []
        let depths = nested.map { depth(of: $0.element ?? "", limit: limit - 1) }
        return 1 + (depths.max() ?? 0)
    }

    @Test("names are those of the types, and each once")
    func names() {
        for type in MessageCatalog.messages {
            #expect(type.name.description == String(describing: type))
        }
        for type in MessageCatalog.elements {
            #expect(type.name.description == String(describing: type))
        }
        #expect(Set(Self.all.map(\.name)).count == Self.all.count)
    }

    @Test("the tables in the sources say what the schemas say", arguments: all)
    func documentation(schema: MessageSchema) throws {
        // The element of another module has its table there.
        guard schema.name != "GeoPoint" else { return }
        let source = try Self.source(of: schema.name)
        for row in Self.rows(of: schema) {
            #expect(source.contains(row), "\(schema.name): \(row)")
        }
        let tableRows = source.filter {
            $0.split(separator: " ").dropFirst().first.map { Int($0) != nil } ?? false
        }
        #expect(tableRows.count == schema.fields.count + schema.tails.count, "\(schema.name)")
    }

    @Test(
        "each field is kept in the property of its name",
        arguments: MessageCatalog.messages.indices
    )
    func properties(index: Int) throws {
        try Self.properties(MessageCatalog.messages[index])
    }

    static func properties<Message: WireMessage>(_ type: Message.Type) throws {
        let schema = Message.schema
        for name in schema.fields.map(\.name) + schema.tails.map(\.name) {
            var picker = FieldPicker(name: name)
            var message = Message()
            try message.walk(&picker)
            #expect(
                changes(from: Message(), to: message) == [property(of: name)],
                "\(type).\(name)"
            )
        }
    }

    @Test("each field of an element is kept in the property of its name")
    func elementProperties() throws {
        for type in MessageCatalog.elements where type.name.description != "GeoPoint" {
            try Self.elementProperties(type)
        }
    }

    static func elementProperties<Element: WireElement>(_ type: Element.Type) throws {
        for name in Element.schema.fields.map(\.name) {
            var picker = FieldPicker(name: name)
            var element = Element()
            try element.walk(&picker)
            #expect(
                changes(from: Element(), to: element) == [property(of: name)],
                "\(type).\(name)"
            )
        }
    }

    /// A position has two fields, in one property.
    private static func property(of field: String) -> String {
        for suffix in ["LatitudeE7", "LongitudeE7"] where field.hasSuffix(suffix) {
            return String(field.dropLast(suffix.count))
        }
        return field
    }

    private static func changes(from old: Any, to new: Any) -> [String] {
        zip(Mirror(reflecting: old).children, Mirror(reflecting: new).children)
            .filter { "\($0.value)" != "\($1.value)" }
            .compactMap { $0.0.label }
    }

    @Test("enumerations start at 1, and raw values are told once and not reserved")
    func enumerations() {
        for type in MessageCatalog.enumerations {
            let values = Self.values(of: type)
            #expect(!values.contains(0), "\(type.wireName)")
            #expect(Set(values).isDisjoint(with: type.reservedValues), "\(type.wireName)")
        }
        let named = Set(MessageCatalog.enumerations.map { $0.wireName })
        for field in Self.all.flatMap(\.fields) {
            guard let enumeration = field.enumeration else { continue }
            #expect(named.contains(enumeration), "\(enumeration)")
        }
    }

    @Test("a value that we do not know is kept and given on")
    func unknownValue() throws {
        let answer = OfferAnswer.with { $0.decision = WireEnum(rawValue: 200) }
        let decoded = try OfferAnswer(decoding: try answer.encoded())
        #expect(decoded.decision.known == nil)
        #expect(decoded.decision.rawValue == 200)
        #expect(WireEnum(OfferDecisionCode.accepted).known == .accepted)
        #expect(WireEnum<OfferDecisionCode>.unspecified.known == nil)
    }

    @Test("a value out of range is refused when written, and nothing is appended")
    func encodingRange() {
        var request = QuoteRequest()
        request.passengerCount = 64
        #expect(throws: Never.self) { try request.encoded() }
        request.passengerCount = 65
        #expect(throws: WireError.outOfRange("passengerCount")) { try request.encoded() }
    }

    private static func values<Code: WireCode>(of type: Code.Type) -> [UInt8] {
        type.allCases.map(\.rawValue)
    }

    /// A table's rows as the sources have them, without the widths of the columns.
    private static func rows(of schema: MessageSchema) -> [String] {
        let fields = schema.fields.map { field in
            var row = "/// \(field.offset) \(field.byteCount) \(field.name) \(type(of: field))"
            if let minimum = field.minimum {
                row += " \(grouped(Int128(minimum)))"
                let limit: UInt64 =
                    field.type.hasSuffix("32") ? UInt64(Int32.max) : UInt64(Int64.max)
                if let maximum = field.maximum, maximum != limit {
                    row += " ... \(grouped(Int128(maximum)))"
                } else {
                    row += " or more"
                }
            }
            return row
        }
        let tails = schema.tails.map { tail in
            let unit = ["list": "elements", "messages": "messages"][tail.type] ?? "bytes"
            let type = [tail.type, tail.element].compactMap { $0 }.joined(separator: " ")
            return "/// \(tail.tag) \(tail.name) \(type) \(grouped(Int128(tail.maximum))) \(unit)"
        }
        return fields + tails
    }

    private static func type(of field: MessageSchema.Field) -> String {
        field.enumeration ?? field.prefix.map { "id \($0)" } ?? field.type
    }

    /// A number with a space between each three digits.
    private static func grouped(_ number: Int128) -> String {
        let digits = Array(String(number.magnitude))
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text += " " }
            text.append(digit)
        }
        return number < 0 ? "-" + text : text
    }

    /// The table lines of a message's source, each run of spaces as one.
    private static func source(of name: String) throws -> [String] {
        let files = FileManager.default.enumerator(
            at: Repository.messages,
            includingPropertiesForKeys: nil
        )
        while let file = files?.nextObject() as? URL {
            guard file.lastPathComponent == "\(name).swift" else { continue }
            return try String(contentsOf: file, encoding: .utf8)
                .split(separator: "\n")
                .filter { $0.hasPrefix("///     ") }
                .map { $0.split(separator: " ").joined(separator: " ") }
        }
        Issue.record("no file \(name).swift")
        return []
    }
}

extension MessageSchema: CustomTestStringConvertible {
    /// What a failure calls it.
    public var testDescription: String { name }
}
