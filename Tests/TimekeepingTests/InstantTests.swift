import TestSupport
import Testing
import Timekeeping

@Suite("Instant and WallTime")
struct InstantTests {
    @Test("an instant moves both ways and stops at the ends of its range")
    func instantArithmetic() {
        let instant = Instant(nanoseconds: 1000)
        #expect(instant.advanced(by: .nanoseconds(5)).nanoseconds == 1005)
        #expect(instant.advanced(by: .nanoseconds(-1000)).nanoseconds == 0)
        #expect(instant.advanced(by: .nanoseconds(-1001)).nanoseconds == 0)
        #expect(Instant(nanoseconds: .max).advanced(by: .nanoseconds(1)).nanoseconds == .max)
        #expect(Instant(nanoseconds: .max - 1).advanced(by: .nanoseconds(1)).nanoseconds == .max)
        #expect(instant.advanced(by: .seconds(Int64.min)).nanoseconds == 0)
    }

    @Test("durations between instants carry their sign and stop at 292 years")
    func instantDurations() {
        let (early, late) = (Instant(nanoseconds: 10), Instant(nanoseconds: 25))
        #expect(early.duration(to: late) == .nanoseconds(15))
        #expect(late.duration(to: early) == .nanoseconds(-15))
        #expect(
            Instant(nanoseconds: 0).duration(to: Instant(nanoseconds: .max))
                == .nanoseconds(Int64.max)
        )
        #expect(early < late && !(late < early) && !(early < early))
    }

    @Test("a wall time moves both ways and stops at the ends of its range")
    func wallTimeArithmetic() {
        let moment = WallTime(secondsSinceEpoch: 2)
        #expect(moment.microseconds == 2_000_000)
        #expect(moment.advanced(by: .milliseconds(-3)).microseconds == 1_997_000)
        #expect(WallTime(microseconds: .max).advanced(by: .microseconds(1)).microseconds == .max)
        #expect(WallTime(microseconds: .min).advanced(by: .microseconds(-1)).microseconds == .min)
        let whole = WallTime(microseconds: .min).duration(to: WallTime(microseconds: .max))
        #expect(whole == .microseconds(Int64.max))
        #expect(moment.duration(to: WallTime(microseconds: 1)) == .microseconds(-1_999_999))
    }

    @Test("whole units of a duration are cut towards zero and stop at 64 bits")
    func wholeUnits() {
        let duration = Duration.nanoseconds(1_999_999)
        #expect(duration.wholeNanoseconds == 1_999_999)
        #expect(duration.wholeMicroseconds == 1999)
        #expect(duration.wholeMilliseconds == 1)
        #expect(Duration.nanoseconds(-1_999_999).wholeMicroseconds == -1999)
        #expect(Duration.seconds(Int64.max).wholeNanoseconds == .max)
        #expect(Duration.seconds(Int64.min).wholeMicroseconds == .min)
    }

    @Test("the system's clocks run forward and the wall clock is this century's")
    func systemSource() {
        let source = SystemTimeSource()
        let first = source.now
        #expect(source.now >= first)
        #expect(source.wallTime > WallTime(secondsSinceEpoch: 1_700_000_000))
    }

    @Test("a manual clock moves only when told, and its wall clock may be set alone")
    func manualSource() {
        let source = ManualTimeSource(wallTime: WallTime(secondsSinceEpoch: 100))
        let start = source.now
        #expect(source.now == start)
        source.advance(by: .seconds(5))
        #expect(start.duration(to: source.now) == .seconds(5))
        #expect(source.wallTime == WallTime(secondsSinceEpoch: 105))
        source.setWallTime(WallTime(secondsSinceEpoch: 7))
        #expect(source.wallTime == WallTime(secondsSinceEpoch: 7))
        #expect(start.duration(to: source.now) == .seconds(5))
    }
}
