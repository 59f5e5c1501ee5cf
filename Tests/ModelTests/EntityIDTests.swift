import Model
import TestSupport
import Testing
import Timekeeping

@Suite("EntityID")
struct EntityIDTests {
    @Test("a new id has the layout of UUID version 7")
    func layout() {
        var generator = SeededGenerator(seed: 1)
        for milliseconds in [0, 1, 1_780_000_000_123, (1 << 48) - 1] as [Int64] {
            let moment = WallTime(microseconds: milliseconds * 1000 + 999)
            let id = BookingID(at: moment, using: &generator)
            #expect(id.bits >> 80 == UInt128(milliseconds))
            #expect(id.bits >> 76 & 0xF == 7)
            #expect(id.bits >> 62 & 0x3 == 2)
            #expect(!id.isNone)
        }
    }

    @Test("a moment before 1970 counts as 1970, one past 48 bits wraps, and neither traps")
    func extremes() {
        var generator = SeededGenerator(seed: 2)
        let early = BookingID(at: WallTime(microseconds: .min), using: &generator)
        #expect(early.bits >> 80 == 0)
        let late = BookingID(at: WallTime(microseconds: .max), using: &generator)
        #expect(late.bits >> 80 == UInt128(UInt64(Int64.max / 1000) & 0xFFFF_FFFF_FFFF))
    }

    @Test("ids sort by the time they were made, to the millisecond")
    func order() {
        var generator = SeededGenerator(seed: 3)
        var last = BookingID.none
        for millisecond in 1...2000 as ClosedRange<Int64> {
            let moment = WallTime(microseconds: 1_780_000_000_000_000 + millisecond * 1000)
            let id = BookingID(at: moment, using: &generator)
            #expect(last < id)
            last = id
        }
    }

    @Test("two ids of one moment differ")
    func uniqueness() {
        var generator = SeededGenerator(seed: 4)
        let moment = WallTime(secondsSinceEpoch: 1_780_000_000)
        let ids = Set((0..<10_000).map { _ in BookingID(at: moment, using: &generator) })
        #expect(ids.count == 10_000)
    }

    @Test(
        "the printed form and the bytes give the id back",
        arguments: [0, 1, .max, 1 << 127, 1 << 64]
    )
    func roundTrip(bits: UInt128) {
        let id = DriverID(bits: bits)
        #expect(DriverID(id.description) == id)
        #expect(DriverID(bytes: id.bytes) == id)
        #expect(id.description.count == 30)
    }

    @Test("random ids come back from both forms")
    func randomRoundTrip() {
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<2000 {
            let id = PaymentID(bits: UInt128.random(in: 0 ... .max, using: &generator))
            #expect(PaymentID(id.description) == id)
            #expect(PaymentID(bytes: id.bytes) == id)
        }
    }

    @Test("the printed form is the prefix and 26 digits, most significant first")
    func printed() {
        #expect(BookingID.none.description == "bk_00000000000000000000000000")
        #expect(BookingID(bits: 31).description == "bk_0000000000000000000000000z")
        #expect(BookingID(bits: 32).description == "bk_00000000000000000000000010")
        #expect(DriverID(bits: .max).description == "drv_7zzzzzzzzzzzzzzzzzzzzzzzzz")
    }

    @Test("bytes are most significant first")
    func bytes() {
        #expect(BookingID(bits: 0x0102).bytes == [UInt8](repeating: 0, count: 14) + [1, 2])
    }

    @Test(
        "texts that are not exactly an id of the kind are refused",
        arguments: [
            "", "bk_", "bk", "00000000000000000000000000",
            "drv_00000000000000000000000000",
            "BK_00000000000000000000000000",
            "bk-00000000000000000000000000",
            "bk_0000000000000000000000000",
            "bk_000000000000000000000000000",
            "bk_0000000000000000000000000Z",
            "bk_0000000000000000000000000u",
            "bk_0000000000000000000000000l",
            "bk_80000000000000000000000000",
            "bk_z0000000000000000000000000",
            " bk_00000000000000000000000000",
            "bk_00000000000000000000000000 ",
            "bk_000000000000000000000000é",
        ]
    )
    func refusedTexts(text: String) {
        #expect(BookingID(text) == nil)
    }

    @Test("15 and 17 bytes are refused", arguments: [0, 15, 17])
    func refusedBytes(count: Int) {
        #expect(BookingID(bytes: [UInt8](repeating: 1, count: count)) == nil)
    }

    @Test("each kind has a prefix of its own")
    func prefixes() {
        let kinds: [any EntityKind.Type] = [
            BookingKind.self, LegKind.self, TripKind.self, QuoteKind.self, OfferKind.self,
            DriverKind.self, VehicleKind.self, ShiftKind.self, ZoneKind.self, PaymentKind.self,
            PaymentMethodKind.self, PartnerKind.self, APIKeyKind.self, SubjectKind.self,
            PostingKind.self, IdempotencyKind.self,
        ]
        let prefixes = kinds.map { $0.prefix }
        #expect(Set(prefixes).count == kinds.count)
        #expect(prefixes.allSatisfy { $0.utf8.allSatisfy { (97...122).contains($0) } })
    }
}
