import TestSupport
import Testing

@testable import HTTP

@Suite("JSON as it is read")
struct JSONReaderTests {
    @Test(
        "documents of RFC 8259 are read",
        arguments: [
            ("null", JSONValue.null), (" true ", .boolean(true)),
            ("\t\r\nfalse\n", .boolean(false)),
            ("0", .number(JSONNumber(text: "0"))), ("-0", .number(JSONNumber(text: "-0"))),
            ("-12.5e+07", .number(JSONNumber(text: "-12.5e+07"))),
            ("1E400", .number(JSONNumber(text: "1E400"))),
            ("\"\"", .string("")), ("\"é\u{1F600}\"", .string("é\u{1F600}")),
            (#""\"\\\/\b\f\n\r\tA""#, .string("\"\\/\u{8}\u{c}\n\r\tA")),
            (#""\u00e9\uD83D\uDE00\uffff""#, .string("é\u{1F600}\u{FFFF}")),
            ("[]", .array([])), ("{ }", .object([])),
            ("[1,[ ] ,null]", .array([.number(JSONNumber(text: "1")), .array([]), .null])),
            (
                #"{"a":1,"b":{"a":[]}}"#,
                .object([
                    JSONMember(name: "a", value: .number(JSONNumber(text: "1"))),
                    JSONMember(
                        name: "b",
                        value: .object([JSONMember(name: "a", value: .array([]))])
                    ),
                ])
            ),
        ]
    )
    func accepted(text: String, expected: JSONValue) throws {
        #expect(try JSONReader.read(Array(text.utf8)) == expected)
    }

    @Test(
        "anything else is refused with its place",
        arguments: [
            ("", ""), (" ", ""), ("nul", ""), ("True", ""), ("NaN", ""), ("Infinity", ""),
            ("-Infinity", ""),
            ("-", ""), ("+1", ""), ("01", ""), ("-01", ""), (".5", ""), ("1.", ""), ("1.e1", ""),
            ("1e", ""),
            ("1e+", ""), ("0x1", ""), ("1a", ""), ("1 2", ""), ("[1]]", ""), ("'a'", ""),
            ("// x\n1", ""),
            ("[", "/0"), ("[1", ""), ("[1,", "/1"), ("[1,]", "/1"), ("[,1]", "/0"), ("[1 2]", ""),
            ("{", ""), (#"{"a""#, "/a"), (#"{"a":"#, "/a"), (#"{"a":1"#, ""), (#"{"a":1,}"#, ""),
            ("{a:1}", ""), (#"{"a" 1}"#, "/a"), (#"{"a":1 "b":2}"#, ""), (#"{1:1}"#, ""),
            (#"{"x":{"a":1,"a":1}}"#, "/x/a"), (#"{"x":{"a":1,"\u0061":1}}"#, "/x/a"),
            (#"{"a/b":{"~":nope}}"#, "/a~1b/~0"), (#"[0,{"a":[1,x]}]"#, "/1/a/1"),
            ("\"", ""), ("\"\\", ""), ("\"\\x\"", ""), ("\"\\u12\"", ""), ("\"\\u123g\"", ""),
            ("\"\\ud800\"", ""), ("\"\\udc00\"", ""), ("\"\\ud800\\u0041\"", ""),
            ("\"\\u0000\"", ""),
            ("\"\n\"", ""), ("\"\t\"", ""), ("\"\\\n\"", ""), ("\u{FEFF}1", ""), ("1\u{0}", ""),
            ("123456789012345678901234567890123456789", ""),
        ]
    )
    func refused(text: String, pointer: String) {
        #expect {
            try JSONReader.read(Array(text.utf8))
        } throws: { error in
            guard let fault = error as? JSONFault else { return false }
            return fault.isSyntax && fault.pointer == pointer
        }
    }

    @Test(
        "bytes that are not UTF-8 are refused",
        arguments: [
            [0x80], [0xC0, 0x80], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80],
            [0xC3],
        ]
            as [[UInt8]]
    )
    func notText(bytes: [UInt8]) {
        #expect(throws: JSONFault.self) { try JSONReader.read([0x22] + bytes + [0x22]) }
        #expect(throws: JSONFault.self) {
            try JSONReader.read(Array("\"\\n".utf8) + bytes + [0x22])
        }
    }

    @Test("each limit passes exactly and refuses one more")
    func limits() throws {
        func deep(_ depth: Int) -> [UInt8] {
            Array(
                (String(repeating: "[", count: depth) + String(repeating: "]", count: depth)).utf8
            )
        }
        _ = try JSONReader.read(deep(32))
        #expect(throws: JSONFault.self) { try JSONReader.read(deep(33)) }
        #expect(throws: JSONFault.self) { try JSONReader.read(deep(100_000)) }
        var limits = JSONLimits()
        limits.byteCountMax = 4
        limits.valueCountMax = 2
        limits.memberCountMax = 1
        _ = try JSONReader.read(Array("[10]".utf8), limits: limits)
        #expect(throws: JSONFault.self) { try JSONReader.read(Array("[100]".utf8), limits: limits) }
        limits.byteCountMax = 100
        #expect(throws: JSONFault.self) { try JSONReader.read(Array("[1,2]".utf8), limits: limits) }
        limits.valueCountMax = 100
        _ = try JSONReader.read(Array(#"{"a":1}"#.utf8), limits: limits)
        #expect(throws: JSONFault.self) {
            try JSONReader.read(Array(#"{"a":1,"b":1}"#.utf8), limits: limits)
        }
    }

    @Test("what is written is read back the same", arguments: 0..<10)
    func roundTrip(seed: Int) throws {
        try forAll(seed: UInt64(seed), count: 60) { generator in
            let value = randomValue(&generator, depth: 0)
            var json = JSONWriter()
            write(value, to: &json)
            let bytes = json.finish()
            try hold(try JSONReader.read(bytes) == value, String(decoding: bytes, as: UTF8.self))
        }
    }

    @Test("a document cut short or changed in one byte never traps")
    func damage() throws {
        let document = Array(#"{"a":[1,-2.5e3,"x\u00e9\n"],"b":{"c":null,"d":true}}"#.utf8)
        for count in 0..<document.count {
            #expect(throws: JSONFault.self) { try JSONReader.read(Array(document[..<count])) }
        }
        for index in document.indices {
            for bit in 0..<8 {
                var changed = document
                changed[index] ^= 1 << UInt8(bit)
                _ = try? JSONReader.read(changed)
            }
        }
    }

    private func randomText(_ generator: inout SeededGenerator) -> String {
        let scalars: [Unicode.Scalar] = [
            "a", "\"", "\\", "/", "\n", "\u{1}", "\u{7F}", "é", "\u{1F600}", "\u{2028}",
        ]
        var text = ""
        for _ in 0..<Int.random(in: 0...6, using: &generator) {
            text.unicodeScalars.append(
                scalars[Int.random(in: 0..<scalars.count, using: &generator)]
            )
        }
        return text
    }

    private func randomValue(_ generator: inout SeededGenerator, depth: Int) -> JSONValue {
        switch Int.random(in: 0..<(depth < 4 ? 6 : 4), using: &generator) {
        case 0: return .null
        case 1: return .boolean(Bool.random(using: &generator))
        case 2: return .string(randomText(&generator))
        case 3:
            let value =
                Int64.random(in: .min ... .max, using: &generator)
                >> Int64.random(in: 0...62, using: &generator)
            return .number(JSONNumber(text: "\(value)"))
        case 4:
            let count = Int.random(in: 0...4, using: &generator)
            return .array((0..<count).map { _ in randomValue(&generator, depth: depth + 1) })
        default:
            let count = Int.random(in: 0...4, using: &generator)
            return .object(
                (0..<count).map { index in
                    JSONMember(
                        name: "\(index)" + randomText(&generator),
                        value: randomValue(&generator, depth: depth + 1)
                    )
                }
            )
        }
    }

    private func write(_ value: JSONValue, to json: inout JSONWriter) {
        switch value {
        case .null: json.null()
        case .boolean(let boolean): json.boolean(boolean)
        case .number(let number): json.integer(Int64(number.text) ?? 0)
        case .string(let text): json.string(text)
        case .array(let elements):
            json.beginArray()
            for element in elements { write(element, to: &json) }
            json.endArray()
        case .object(let members):
            json.beginObject()
            for member in members {
                json.key(text: member.name)
                write(member.value, to: &json)
            }
            json.endObject()
        }
    }
}
