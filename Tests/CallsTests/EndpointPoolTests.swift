import Calls
import TestSupport
import Testing
import Timekeeping

/// Holds the pool, which cannot be copied, where a test's macros can reach it.
private final class PoolBox {
    var pool: EndpointPool
    var now = Instant(nanoseconds: 1_000_000_000)

    init(_ addresses: [String]) {
        pool = EndpointPool(addresses: addresses)
    }

    /// Connects everything that is due, and says what that was.
    func connectAll() -> [EndpointPool.EndpointID] {
        pool.connectDue(at: now).compactMap { action in
            guard case .connect(let id, _) = action else { return nil }
            pool.connected(id)
            return id
        }
    }

    func choose(avoiding id: EndpointPool.EndpointID? = nil) -> EndpointPool.EndpointID? {
        pool.choose(avoiding: id)
    }

    func dueCount() -> Int {
        pool.connectDue(at: now).count
    }
}

@Suite("Endpoint pool")
struct EndpointPoolTests {
    @Test("each address is connected once, and a call before that finds none")
    func connects() {
        let box = PoolBox(["a:1", "b:1"])
        #expect(box.choose() == nil)
        #expect(box.connectAll().count == 2)
        #expect(box.dueCount() == 0)
        #expect(box.pool.readyCount == 2)
    }

    @Test("calls go where the fewest run, and equals take turns")
    func leastLoaded() {
        let box = PoolBox(["a:1", "b:1", "c:1"])
        let ids = box.connectAll()
        #expect([box.choose(), box.choose(), box.choose()] == ids)
        box.pool.callEnded(ids[1])
        #expect(box.choose() == ids[1])
    }

    @Test("a retry goes elsewhere, or to the same where there is no other")
    func avoids() {
        let box = PoolBox(["a:1", "b:1"])
        let ids = box.connectAll()
        for _ in 0..<5 { #expect(box.choose(avoiding: ids[0]) == ids[1]) }
        box.pool.closed(ids[1], at: box.now, random: .max, orderly: false)
        #expect(box.choose(avoiding: ids[0]) == ids[0])
    }

    @Test(
        "waits double from 50 ms to 1 s and no further",
        arguments: [
            (0, Duration.milliseconds(50)), (1, .milliseconds(100)), (4, .milliseconds(800)),
            (5, .seconds(1)), (60, .seconds(1)),
        ]
    )
    func bounds(failureCount: Int, bound: Duration) {
        #expect(EndpointPool.backoffBound(failureCount: failureCount) == bound)
    }

    @Test("a lost endpoint is tried again when its wait is over and not before")
    func waits() {
        let box = PoolBox(["a:1"])
        let ids = box.connectAll()
        // Half of all randomness: half of the first bound.
        box.pool.closed(ids[0], at: box.now, random: 1 << 63, orderly: false)
        #expect(box.pool.nextDue == box.now.advanced(by: .milliseconds(25)))
        #expect(box.dueCount() == 0)
        box.now = box.now.advanced(by: .milliseconds(25))
        #expect(box.dueCount() == 1)
    }

    @Test("waits of many callers spread evenly over the bound")
    func jitter() {
        var generator = SeededGenerator(seed: 1)
        var buckets = Array(repeating: 0, count: 10)
        for _ in 0..<10_000 {
            let box = PoolBox(["a:1"])
            let ids = box.connectAll()
            box.pool.closed(ids[0], at: box.now, random: generator.next(), orderly: false)
            let wait = box.now.duration(to: box.pool.nextDue ?? box.now).wholeMicroseconds
            buckets[min(9, Int(wait / 5000))] += 1
        }
        // R7 of the reliability goals: no bucket more than twice the mean.
        #expect(buckets.allSatisfy { (700...1300).contains($0) })
    }

    @Test("after GOAWAY nothing new is sent, and the next connection comes soon")
    func leaving() {
        let box = PoolBox(["a:1"])
        var ids = box.connectAll()
        for _ in 0..<8 {
            box.pool.closed(ids[0], at: box.now, random: .max, orderly: false)
            box.now = box.now.advanced(by: .seconds(5))
            ids = box.connectAll()
        }
        box.pool.leaving(ids[0])
        #expect(box.choose() == nil)
        #expect(box.dueCount() == 0)
        box.pool.closed(ids[0], at: box.now, random: .max, orderly: true)
        let wait = box.now.duration(to: box.pool.nextDue ?? box.now)
        #expect(wait <= .milliseconds(50))
    }

    @Test("an address that is gone is drained, one that stays keeps its connection")
    func relists() {
        let box = PoolBox(["a:1", "b:1"])
        let ids = box.connectAll()
        #expect(box.pool.list(["b:1", "c:1"]) == [.drain(ids[0])])
        #expect(box.choose() == ids[1])
        let due = box.pool.connectDue(at: box.now)
        #expect(due.count == 1)
        #expect(!ids.contains(where: { due == [.connect($0, address: "c:1")] }))
    }

    @Test("what is told of an endpoint that is gone changes nothing")
    func stale() {
        let box = PoolBox(["a:1"])
        let ids = box.connectAll()
        _ = box.pool.list([])
        box.pool.connected(ids[0])
        box.pool.callEnded(ids[0])
        box.pool.closed(ids[0], at: box.now, random: 0, orderly: false)
        #expect(box.pool.readyCount == 0)
        #expect(box.pool.nextDue == nil)
    }
}
