import TestSupport
import Testing
import Timekeeping

@Suite("BusinessClock")
struct BusinessClockTests {
    private let real = WallTime(secondsSinceEpoch: 1_000_000)
    private let business = WallTime(secondsSinceEpoch: 5000)

    @Test("the production clock shows real time")
    func production() {
        #expect(BusinessClock.real.businessTime(at: real) == real)
        #expect(BusinessClock.real.realDuration(of: .seconds(3)) == .seconds(3))
    }

    @Test("a rehearsal starts at its origin and runs faster from there")
    func rehearsal() throws {
        let clock = try #require(
            BusinessClock(realOrigin: real, businessOrigin: business, factor: 60)
        )
        #expect(clock.businessTime(at: real) == business)
        #expect(
            clock.businessTime(at: real.advanced(by: .seconds(2)))
                == business.advanced(by: .seconds(120))
        )
        #expect(
            clock.businessTime(at: real.advanced(by: .seconds(-1)))
                == business.advanced(by: .seconds(-60))
        )
    }

    @Test(
        "the factor's ends are taken and what lies beyond refused",
        arguments: [
            (Int64(0), false), (1, true), (3600, true), (3601, false), (-1, false),
        ]
    )
    func factors(factor: Int64, isValid: Bool) {
        let clock = BusinessClock(realOrigin: real, businessOrigin: business, factor: factor)
        #expect((clock != nil) == isValid)
    }

    @Test("it stops at the ends of time instead of wrapping")
    func ends() throws {
        let clock = try #require(
            BusinessClock(realOrigin: real, businessOrigin: business, factor: 3600)
        )
        #expect(clock.businessTime(at: WallTime(microseconds: .max)).microseconds == .max)
        #expect(clock.businessTime(at: WallTime(microseconds: .min)).microseconds == .min)
    }

    @Test("a timer set for a business wait never fires before that much business time has passed")
    func timers() throws {
        try forAll(seed: 51, count: 5000) { generator in
            let factor = Int64.random(in: 1...3600, using: &generator)
            let clock = try #require(
                BusinessClock(realOrigin: real, businessOrigin: business, factor: factor)
            )
            let wait = Duration.microseconds(
                Int64.random(in: 0...10_000_000_000, using: &generator)
            )
            let fired = real.advanced(by: clock.realDuration(of: wait))
            let passed = business.duration(to: clock.businessTime(at: fired))
            try hold(passed >= wait, "\(wait) at \(factor): \(passed)")
            try hold(passed < wait + .microseconds(factor), "\(wait) at \(factor): \(passed)")
        }
    }
}
