import Reactor
import TestSupport
import Testing

@testable import DispatchServer

@Suite("Followers of one booking or driver")
struct FollowerTests {
    @Test("256 entries wait, one more ends the following")
    func bound() throws {
        // Nothing runs on it: before a loop runs, anybody is on it.
        let follower = Follower<Int>(
            loop: try EventLoop(name: "test", timeSource: ManualTimeSource())
        )
        for entry in 1...256 { follower.add(entry) }
        #expect(!follower.isOverrun)
        #expect(follower.takeWaiting() == Array(1...256))
        #expect(follower.takeWaiting().isEmpty)
        for entry in 1...257 { follower.add(entry) }
        #expect(follower.isOverrun)
        #expect(follower.takeWaiting().isEmpty)
    }

    @Test("a table gives each key its followers, in the order of their coming")
    func table() throws {
        let loop = try EventLoop(name: "test", timeSource: ManualTimeSource())
        let (first, second) = (Follower<Int>(loop: loop), Follower<Int>(loop: loop))
        var table = FollowerTable<String, Int>()
        table.add(first, to: "a")
        table.add(second, to: "a")
        #expect(
            table["a"].map { ObjectIdentifier($0) } == [first, second].map(ObjectIdentifier.init)
        )
        #expect(table["b"].isEmpty)
        table.remove(first, from: "a")
        table.remove(first, from: "a")
        #expect(table["a"].count == 1)
        table.remove(second, from: "a")
        #expect(table.all.isEmpty)
    }
}
