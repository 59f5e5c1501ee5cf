import Testing
import Timekeeping

@testable import HTTP

@Suite("JSON as it is written")
struct JSONWriterTests {
    @Test("a document of every kind of value has exactly these bytes")
    func document() {
        var json = JSONWriter(capacity: 1)
        json.beginObject()
        json.member("text", "a\"b\\c\n\u{1}\u{1F}é/\u{7F}")
        json.member("absent", ifPresent: nil)
        json.member("count", Int64.min)
        json.member("fare", fixedPoint: -5, digits: 2)
        json.member("lat", fixedPoint: -338_567_880, digits: 7)
        json.member("yes", true)
        json.key("list")
        json.beginArray()
        json.integer(0)
        json.null()
        json.beginObject()
        json.endObject()
        json.raw(Array("[]".utf8))
        json.endArray()
        json.member("at", WallTime(microseconds: 1_500))
        json.key(text: "q\"")
        json.string("")
        json.endObject()
        let expected =
            #"{"text":"a\"b\\c\n\u0001\u001fé/"# + "\u{7F}"
            + #"","count":-9223372036854775808,"fare":-0.05,"lat":-33.8567880,"yes":true,"#
            + #""list":[0,null,{},[]],"at":"1970-01-01T00:00:00.001Z","q\"":""}"#
        #expect(String(decoding: json.finish(), as: UTF8.self) == expected)
    }

    @Test(
        "integers at their bounds",
        arguments: [0, 9, 10, -1, 999, 1000, Int64.max, Int64.min, 1_000_000_000_000_000_000]
    )
    func integers(value: Int64) {
        var json = JSONWriter()
        json.integer(value)
        #expect(String(decoding: json.finish(), as: UTF8.self) == "\(value)")
    }

    @Test("a long document grows the buffer and loses nothing")
    func growth() {
        let long = String(repeating: "x", count: 100_000)
        var json = JSONWriter(capacity: 8)
        json.string(long)
        #expect(json.finish().count == long.utf8.count + 2)
    }

    @Test("a problem has the members of RFC 9457 and ours")
    func problem() {
        var problem = Problem(
            .unprocessableContent,
            type: "https://nexors.example/problems/zone",
            title: "Outside the licence zone",
            detail: "The pickup is outside.",
            code: "outside_licence_zone",
            errors: [.init(pointer: "/pickup", detail: "No licence here.")]
        )
        problem.instance = "/v1/bookings"
        problem.requestID = "abc"
        problem.isRetryable = false
        #expect(
            String(decoding: problem.encoded(), as: UTF8.self)
                == #"{"type":"https://nexors.example/problems/zone","title":"Outside the licence zone","#
                + #""status":422,"detail":"The pickup is outside.","instance":"/v1/bookings","#
                + #""code":"outside_licence_zone","request_id":"abc","retryable":false,"#
                + ##""errors":[{"pointer":"#/pickup","detail":"No licence here."}]}"##
        )
        #expect(problem.response().contentType == "application/problem+json")
        #expect(Problem(.notFound).title == "Not Found")
    }
}

@Suite("Times as text")
struct TimeTextTests {
    @Test(
        "moments are written and read back",
        arguments: [
            (0, "1970-01-01T00:00:00.000000Z"), (-1, "1969-12-31T23:59:59.999999Z"),
            (951_782_400_000_000, "2000-02-29T00:00:00.000000Z"),
            (4_107_542_400_000_000, "2100-03-01T00:00:00.000000Z"),
            (1_780_000_000_123_456, "2026-05-28T20:26:40.123456Z"),
            (-62_167_219_200_000_000, "0000-01-01T00:00:00.000000Z"),
            (253_402_300_799_999_999, "9999-12-31T23:59:59.999999Z"),
        ] as [(Int64, String)]
    )
    func table(microseconds: Int64, text: String) {
        #expect(RFC3339.text(WallTime(microseconds: microseconds), .microseconds) == text)
        #expect(RFC3339.parse(text) == WallTime(microseconds: microseconds))
    }

    @Test("moments beyond four-digit years are written as the nearest inside")
    func clamped() {
        #expect(RFC3339.text(WallTime(microseconds: .max), .none) == "9999-12-31T23:59:59Z")
        #expect(RFC3339.text(WallTime(microseconds: .min), .none) == "0000-01-01T00:00:00Z")
    }

    @Test(
        "other forms are read",
        arguments: [
            ("2026-01-02t03:04:05z", 1_767_323_045_000_000),
            ("2026-01-02T03:04:05.123456789Z", 1_767_323_045_123_456),
            ("2026-01-02T03:04:05-01:30", 1_767_328_445_000_000),
            ("1970-01-01T00:00:00.5Z", 500_000),
        ] as [(String, Int64)]
    )
    func forms(text: String, microseconds: Int64) {
        #expect(RFC3339.parse(text)?.microseconds == microseconds)
    }

    @Test(
        "anything else is refused",
        arguments: [
            "", "2026-01-02", "2026-01-02T03:04:05", "2026-01-02 03:04:05Z", "2026-02-29T00:00:00Z",
            "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-01-00T00:00:00Z",
            "2026-04-31T00:00:00Z",
            "2026-01-02T24:00:00Z", "2026-01-02T03:60:00Z", "2026-06-30T23:59:60Z",
            "2026-01-02T03:04:05.Z",
            "2026-01-02T03:04:05.1234567890Z", "2026-01-02T03:04:05+24:00",
            "2026-01-02T03:04:05+0100",
            "2026-01-02T03:04:05ZZ", "+026-01-02T03:04:05Z", "9999-12-31T23:59:59-01:00",
            "1900-02-29T00:00:00Z",
        ]
    )
    func refused(text: String) {
        #expect(RFC3339.parse(text) == nil)
    }

    @Test("every day of 800 years follows the one before")
    func calendar() {
        var previous = CivilTime(WallTime(secondsSinceEpoch: -11_676_096_000))
        var weekday = previous.weekday
        for day in 1...292_194 {
            let moment = WallTime(secondsSinceEpoch: -11_676_096_000 + Int64(day) * 86_400)
            let time = CivilTime(moment)
            let isNext =
                (time.year, time.month, time.day) == (
                    previous.year, previous.month, previous.day + 1
                )
                || (time.day == 1 && (time.month, time.year) == (previous.month + 1, previous.year))
                || (time.day == 1 && time.month == 1 && time.year == previous.year + 1)
            guard isNext, time.isValid, time.wallTime == moment, time.weekday == (weekday + 1) % 7
            else {
                Issue.record("\(previous) then \(time)")
                return
            }
            previous = time
            weekday = time.weekday
        }
    }

    @Test("a header's date is in the form of RFC 9110")
    func header() {
        #expect(
            HTTPDate.text(WallTime(secondsSinceEpoch: 784_111_777))
                == "Sun, 06 Nov 1994 08:49:37 GMT"
        )
    }
}
