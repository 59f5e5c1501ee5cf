import GatewayCore
import Model
import Testing
import Timekeeping

@Suite("Idempotency-Key")
struct IdempotencyTests {
    static let claimed = WallTime(secondsSinceEpoch: 1_780_000_000)
    static let answer = StoredAnswer(status: 201, body: [1], contentType: "application/json")

    static func record(answer: StoredAnswer? = nil) -> IdempotencyRecord {
        IdempotencyRecord(
            fingerprint: [7],
            booking: BookingID(bits: 1),
            effect: IdempotencyKey(bits: 2),
            claimedAt: claimed,
            answer: answer
        )
    }

    static func decide(
        _ record: IdempotencyRecord?,
        fingerprint: [UInt8] = [7],
        after seconds: Int64
    ) -> IdempotencyDecision {
        IdempotencyDecision(
            record: record,
            fingerprint: fingerprint,
            now: claimed.advanced(by: .seconds(seconds))
        )
    }

    @Test("a key never seen begins")
    func begins() {
        #expect(Self.decide(nil, after: 0) == .begin)
    }

    @Test("the same request while the first one runs is told so")
    func running() {
        #expect(Self.decide(Self.record(), after: 29) == .running)
    }

    @Test("a request whose process died is taken over under the stored ids")
    func resumes() {
        let expected = IdempotencyDecision.resume(
            booking: BookingID(bits: 1),
            effect: IdempotencyKey(bits: 2)
        )
        #expect(Self.decide(Self.record(), after: 30) == expected)
    }

    @Test("another request under the key is refused, finished or not", arguments: [nil, answer])
    func otherRequest(answer: StoredAnswer?) {
        #expect(
            Self.decide(Self.record(answer: answer), fingerprint: [8], after: 1) == .otherRequest
        )
    }

    @Test("a finished request is replayed until the retention ends, and then begins anew")
    func replay() {
        let record = Self.record(answer: Self.answer)
        #expect(Self.decide(record, after: 24 * 3600 - 1) == .replay(Self.answer))
        #expect(Self.decide(record, after: 24 * 3600) == .begin)
    }

    @Test("the header is read with its quotes or without", arguments: ["\"a-1\"", "a-1"])
    func header(value: String) {
        #expect(IdempotencyKeyText(header: value)?.text == "a-1")
    }

    @Test(
        "a header that is no string is refused",
        arguments: [
            "", "\"\"", "\"", "\"a", "a\"b", "a\\b", "é", "a\u{7}", "a b", " a", "\"a\" b",
            String(repeating: "k", count: 256),
        ]
    )
    func badHeader(value: String) {
        #expect(IdempotencyKeyText(header: value) == nil)
    }

    @Test("within quotes a key may hold spaces")
    func spaces() {
        #expect(IdempotencyKeyText(header: "\"a b\"")?.text == "a b")
        #expect(IdempotencyKeyText(header: "\" \"")?.text == " ")
    }

    @Test("the longest key is taken")
    func longest() {
        #expect(IdempotencyKeyText(header: String(repeating: "k", count: 255)) != nil)
    }
}
