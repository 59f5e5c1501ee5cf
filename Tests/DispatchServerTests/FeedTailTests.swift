import DispatchServer
import Testing

@Suite("The tail of a feed")
struct FeedTailTests {
    @Test("nothing is known before the first entry: the store is asked")
    func empty() {
        #expect(FeedTail<Int>().elements(after: 0) == nil)
    }

    @Test("entries come in the order of their places, whenever they are reported")
    func order() {
        let tail = FeedTail<Int>()
        tail.add(5, at: 5)
        tail.add(8, at: 8)
        tail.add(7, at: 7)
        #expect(tail.elements(after: 4).map(Array.init) == [5])
        #expect(tail.elements(after: 5).map(Array.init) == [])
        tail.add(6, at: 6)
        #expect(tail.elements(after: 4).map(Array.init) == [5, 6, 7, 8])
        #expect(tail.elements(after: 7).map(Array.init) == [8])
        #expect(tail.elements(after: 3) == nil)
        tail.add(6, at: 6)
        #expect(tail.elements(after: 8).map(Array.init) == [])
        #expect(tail.elements(after: 900).map(Array.init) == [])
    }

    @Test("old entries go, and who needs them asks the store")
    func capacity() {
        let tail = FeedTail<Int>(capacity: 4)
        for place in 1...9 { tail.add(place, at: UInt64(place)) }
        #expect(tail.elements(after: 3) == nil)
        #expect(tail.elements(after: 4).map(Array.init) == [5, 6, 7, 8, 9])
    }

    @Test("an entry that never comes sends followers to the store, and the tail begins anew")
    func missing() {
        let tail = FeedTail<Int>(earlyMax: 2)
        tail.add(1, at: 1)
        tail.add(3, at: 3)
        tail.add(4, at: 4)
        #expect(tail.elements(after: 1).map(Array.init) == [])
        tail.add(5, at: 5)
        #expect(tail.elements(after: 1) == nil)
        tail.add(6, at: 6)
        #expect(tail.elements(after: 5).map(Array.init) == [6])
        #expect(tail.elements(after: 4) == nil)
    }
}
