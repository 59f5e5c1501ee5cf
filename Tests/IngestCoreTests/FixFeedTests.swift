import IngestCore
import Model
import Testing

/// Holds the feed, which cannot be copied, where a test's macros can reach it.
final class FeedBox {
    var feed = FixFeed()

    func subscribe() -> FixFeed.Subscriber? {
        feed.subscribe(snapshotOf: VehicleTable())
    }

    func next(_ subscriber: FixFeed.Subscriber) -> UInt64? {
        guard feed.waitingCount(subscriber) > 0 else { return nil }
        let reference = feed.waiting(subscriber, at: 0)
        feed.take(subscriber, count: 1)
        return reference.rawValue
    }

    func waiting(_ subscriber: FixFeed.Subscriber) -> Int {
        feed.waitingCount(subscriber)
    }
}

@Suite("Fix feed")
struct FixFeedTests {
    static func table(_ count: UInt64) -> VehicleTable {
        var table = VehicleTable()
        for raw in 1...count {
            let duty = Duty(
                tenant: TenantID(1),
                driver: DriverID(bits: UInt128(raw)),
                vehicle: VehicleID(bits: 1),
                shift: ShiftID(bits: 1)
            )
            _ = table.open(DriverReference(raw), duty: duty)
        }
        return table
    }

    static func report(_ table: inout VehicleTable, _ raw: UInt64, _ sequence: UInt32) {
        let time = 1_780_000_000_000 + Int64(sequence)
        let fix = Fix(measuredAt: time, latitudeE7: 1_000_000, longitudeE7: 0, sequence: sequence)
        _ = table.take(fix, named: raw, stream: DriverReference(raw), now: time)
    }

    @Test("a subscriber hears first of all that have a fix, then of what is new")
    func snapshotThenLive() throws {
        var table = Self.table(3)
        Self.report(&table, 1, 1)
        Self.report(&table, 3, 1)
        let box = FeedBox()
        let subscribed = box.feed.subscribe(snapshotOf: table)
        let subscriber = try #require(subscribed)
        #expect(box.next(subscriber) == 1)
        #expect(box.next(subscriber) == 3)
        #expect(box.next(subscriber) == nil)
        box.feed.noteFix(of: DriverReference(2))
        #expect(box.next(subscriber) == 2)
    }

    @Test("a vehicle waits once however often it moves, and each overtaken fix is counted")
    func conflates() throws {
        let box = FeedBox()
        let subscriber = try #require(box.subscribe())
        for _ in 0..<5 { box.feed.noteFix(of: DriverReference(9)) }
        #expect(box.waiting(subscriber) == 1)
        #expect(box.feed.conflatedCount == 4)
    }

    @Test("subscribers are apart: one that reads does not take from one that does not")
    func apart() throws {
        let box = FeedBox()
        let quick = try #require(box.subscribe())
        let slow = try #require(box.subscribe())
        box.feed.noteFix(of: DriverReference(1))
        #expect(box.next(quick) == 1)
        box.feed.noteFix(of: DriverReference(1))
        box.feed.noteFix(of: DriverReference(2))
        #expect(box.waiting(quick) == 2)
        #expect(box.waiting(slow) == 2)
        box.feed.unsubscribe(quick)
        #expect(box.next(slow) == 1)
        #expect(box.next(slow) == 2)
        #expect(box.waiting(quick) == 0)
    }

    @Test("the ninth subscriber is refused and a freed place is given again")
    func bound() throws {
        let box = FeedBox()
        var subscribers: [FixFeed.Subscriber] = []
        for _ in 0..<FixFeed.subscriberCountMax {
            subscribers.append(try #require(box.subscribe()))
        }
        #expect(box.subscribe() == nil)
        box.feed.unsubscribe(subscribers[4])
        #expect(box.subscribe() != nil)
    }
}
