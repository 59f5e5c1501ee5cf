import GatewayCore
import Testing

@Suite("RecentMap")
struct RecentMapTests {
    @Test("it keeps what is used and forgets what is not", arguments: [2, 4, 100])
    func forgets(capacity: Int) {
        var map = RecentMap<Int, Int>(capacity: capacity)
        map.insert(0, for: -1)
        for key in 0..<(capacity * 10) {
            map.insert(key, for: key)
            #expect(map.value(of: -1) == 0)
            #expect(map.count <= capacity + 1)
        }
        #expect(map.value(of: 0) == nil)
    }

    @Test("a peek is no use")
    func peek() {
        var map = RecentMap<Int, Int>(capacity: 4)
        map.insert(0, for: -1)
        for key in 0..<40 {
            map.insert(key, for: key)
            _ = map.peek(-1)
        }
        #expect(map.peek(-1) == nil)
    }

    @Test("what is removed is gone from both generations")
    func removal() {
        var map = RecentMap<Int, Int>(capacity: 4)
        for key in 0..<3 { map.insert(key, for: key) }
        map.remove(0)
        map.remove(2)
        #expect(map.peek(0) == nil)
        #expect(map.peek(2) == nil)
        map.removeAll { $0 == 1 }
        #expect(map.count == 0)
    }
}
