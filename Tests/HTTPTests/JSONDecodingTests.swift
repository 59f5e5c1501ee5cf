import TestSupport
import Testing
import Timekeeping

@testable import HTTP

@Suite("Members taken from a JSON object")
struct JSONDecodingTests {
    private func object(_ text: String) throws -> JSONObjectReader {
        try JSONReader.object(Array(text.utf8))
    }

    private func fault(
        _ text: String,
        _ body: (inout JSONObjectReader) throws -> Void
    ) throws -> JSONFault? {
        do {
            var reader = try object(text)
            try body(&reader)
            return nil
        } catch let fault as JSONFault {
            return fault
        }
    }

    @Test("members of every kind are read exactly")
    func kinds() throws {
        var reader = try object(
            #"{"s":"é","n":1e3,"lat":-33.85678805,"fare":12.5,"t":"2026-01-02T03:04:05.6+01:00","#
                + #""b":true,"none":null,"list":[1,2],"in":{"x":1}}"#
        )
        #expect(try reader.string("s", characterCountMax: 1) == "é")
        #expect(try reader.integer("n", in: 0...1000) == 1000)
        #expect(
            try reader.fixedPoint(
                "lat",
                digits: 7,
                excess: .rounded,
                in: -900_000_000...900_000_000
            )
                == -338_567_880
        )
        #expect(try reader.fixedPoint("fare", digits: 2, excess: .refused, in: 0...9999) == 1250)
        #expect(try reader.time("t") == WallTime(microseconds: 1_767_319_445_600_000))
        #expect(try reader.boolean(ifPresent: "b") == true)
        #expect(try reader.string(ifPresent: "none", characterCountMax: 1) == nil)
        #expect(try reader.string(ifPresent: "absent", characterCountMax: 1) == nil)
        let list = try reader.array("list", countMax: 2) { value, pointer throws(JSONFault) in
            "\(value.kind) at \(pointer)"
        }
        #expect(list == ["a number at /list/0", "a number at /list/1"])
        var inner = try reader.object("in")
        #expect(try inner.integer("x", in: 1...1) == 1)
        try inner.finish()
        try reader.finish()
    }

    @Test("a member that nobody asked for is refused by name")
    func unknown() throws {
        var reader = try object(#"{"a":1,"admin":true}"#)
        _ = try reader.integer("a", in: 0...1)
        do {
            try reader.finish()
            Issue.record("accepted")
        } catch {
            #expect(error.pointer == "/admin")
            #expect(Problem(error).status == .unprocessableContent)
            #expect(Problem(error).errors.first?.pointer == "#/admin")
        }
    }

    @Test("wrong kinds, absent members and values out of range are refused with their pointer")
    func wrong() throws {
        let document =
            #"{"s":1,"n":"x","long":"abc","nl":"a\n","big":11,"t":"2026-01-02T03:04:05"}"#
        #expect(
            try fault(document) { _ = try $0.string("s", characterCountMax: 9) }?.pointer == "/s"
        )
        #expect(try fault(document) { _ = try $0.integer("n", in: 0...1) }?.pointer == "/n")
        #expect(
            try fault(document) { _ = try $0.string("long", characterCountMax: 2) }?.pointer
                == "/long"
        )
        #expect(
            try fault(document) { _ = try $0.string("nl", characterCountMax: 9) }?.pointer == "/nl"
        )
        #expect(try fault(document) { _ = try $0.integer("big", in: 0...10) }?.pointer == "/big")
        #expect(try fault(document) { _ = try $0.time("t") }?.pointer == "/t")
        #expect(try fault(document) { _ = try $0.boolean(ifPresent: "s") }?.pointer == "/s")
        #expect(try fault(document) { _ = try $0.object("s") }?.pointer == "/s")
        #expect(
            try fault(document) { _ = try $0.string("gone", characterCountMax: 9) }?.pointer
                == "/gone"
        )
        #expect(try fault("[]") { _ in }?.detail == "Expected an object, found an array.")
    }

    @Test(
        "numbers are scaled exactly",
        arguments: [
            ("1", 2, JSONNumber.Excess.refused, 100), ("1.25", 2, .refused, 125),
            ("1.250", 2, .refused, 125),
            ("1.251", 2, .refused, nil), ("1.255", 2, .rounded, 126), ("1.245", 2, .rounded, 124),
            ("-1.245", 2, .rounded, -124), ("-1.2451", 2, .rounded, -125),
            ("1e2", 0, .refused, 100),
            ("125e-2", 2, .refused, 125), ("0e99999999999", 2, .refused, 0),
            ("1e99999999999", 2, .refused, nil),
            ("1e-99999999999", 2, .rounded, 0), ("1e-99999999999", 2, .refused, nil),
            ("9223372036854775807", 0, .refused, Int64.max),
            ("9223372036854775808", 0, .refused, nil),
            ("-9223372036854775807", 0, .refused, -Int64.max),
            ("92233720368547758.08", 2, .refused, nil),
            ("0.1", 7, .refused, 1_000_000), ("37.774929123456789", 7, .rounded, 377_749_291),
            ("99999999999999999999999999999999999999", 0, .refused, nil),
            ("0.0000000000000000000000000000000000001", 2, .rounded, 0),
        ] as [(String, Int, JSONNumber.Excess, Int64?)]
    )
    func scaled(text: String, digits: Int, excess: JSONNumber.Excess, expected: Int64?) {
        #expect(JSONNumber(text: text).scaled(digits: digits, excess: excess) == expected)
    }

    @Test("what the writer writes as a fixed point, the reader reads back")
    func fixedPointRoundTrip() throws {
        try forAll(seed: 11, count: 2000) { generator in
            let units =
                Int64.random(in: -Int64.max ... .max, using: &generator)
                >> Int64.random(in: 0...62, using: &generator)
            let digits = Int.random(in: 0...18, using: &generator)
            var json = JSONWriter()
            json.fixedPoint(units, digits: digits)
            guard case .number(let number) = try JSONReader.read(json.finish()) else { return }
            try hold(
                number.scaled(digits: digits, excess: .refused) == units,
                "\(units) with \(digits)"
            )
        }
    }
}
