import WireFormat

/// Takes down names, types and limits of the fields it is shown; the coder of every `schema`.
struct SchemaRecorder: FieldCoder {
    private(set) var fields: [MessageSchema.Field] = []
    private(set) var tails: [MessageSchema.Tail] = []
    private var offset = 0

    mutating func scalar<Value: WireInteger>(
        _ name: StaticString,
        _ value: inout Value,
        as kind: ScalarKind,
        in range: ClosedRange<Value>
    ) throws(WireError) {
        var type = "\(Value.isSigned ? "i" : "u")\(Value.bitWidth)"
        var enumeration: String?
        switch kind {
        case .number: break
        case .flag: type = "bool"
        case .time: type = "time"
        case .currency: type = "currency"
        case .enumeration(let name): enumeration = name
        }
        let isLimited = range != .min ... .max && kind == .number
        append(
            name,
            byteCount: MemoryLayout<Value>.size,
            type: type,
            minimum: isLimited ? Int64(clamping: range.lowerBound) : nil,
            maximum: isLimited ? UInt64(clamping: range.upperBound) : nil,
            enumeration: enumeration,
            defaultValue: Int64(clamping: value)
        )
    }

    mutating func identifier(
        _ name: StaticString,
        _ bits: inout UInt128,
        prefix: String
    ) throws(WireError) {
        append(name, byteCount: 16, type: "id", prefix: prefix)
    }

    mutating func text(
        _ tag: UInt16,
        _ name: StaticString,
        _ value: inout String,
        maxByteCount: Int
    ) throws(WireError) {
        appendTail(tag, name, "text", maximum: maxByteCount)
    }

    mutating func bytes(
        _ tag: UInt16,
        _ name: StaticString,
        _ value: inout [UInt8],
        maxByteCount: Int
    ) throws(WireError) {
        appendTail(tag, name, "bytes", maximum: maxByteCount)
    }

    mutating func list<Element: WireElement>(
        _ tag: UInt16,
        _ name: StaticString,
        _ value: inout [Element],
        maxCount: Int
    ) throws(WireError) {
        appendTail(tag, name, "list", of: Element.name.description, maximum: maxCount)
    }

    mutating func messages<Message: WireMessage>(
        _ tag: UInt16,
        _ name: StaticString,
        _ value: inout [Message],
        maxCount: Int
    ) throws(WireError) {
        appendTail(tag, name, "messages", of: Message.name.description, maximum: maxCount)
    }

    private mutating func append(
        _ name: StaticString,
        byteCount: Int,
        type: String,
        minimum: Int64? = nil,
        maximum: UInt64? = nil,
        enumeration: String? = nil,
        prefix: String? = nil,
        defaultValue: Int64 = 0
    ) {
        fields.append(
            MessageSchema.Field(
                name: name.description,
                offset: offset,
                byteCount: byteCount,
                type: type,
                minimum: minimum,
                maximum: maximum,
                enumeration: enumeration,
                prefix: prefix,
                defaultValue: defaultValue
            )
        )
        offset += byteCount
    }

    private mutating func appendTail(
        _ tag: UInt16,
        _ name: StaticString,
        _ type: String,
        of element: String? = nil,
        maximum: Int
    ) {
        tails.append(
            MessageSchema.Tail(
                tag: tag,
                name: name.description,
                type: type,
                element: element,
                maximum: maximum
            )
        )
    }
}
