import TestSupport
import Testing
import Timekeeping

@Suite("EarliestFirst")
struct EarliestFirstTests {
    @Test("entries come out in order, whatever the order of insertion", arguments: 0..<64)
    func order(count: Int) {
        var generator = SeededGenerator(seed: UInt64(count))
        // Few values, so that many are equal.
        let entries = (0..<count).map { _ in Int.random(in: 0..<16, using: &generator) }
        var queue = EarliestFirst<Int>()
        for entry in entries { queue.insert(entry) }
        #expect(queue.count == count)
        #expect(queue.first == entries.min())
        var taken: [Int] = []
        while let entry = queue.popFirst() { taken.append(entry) }
        #expect(taken == entries.sorted())
        #expect(queue.first == nil)
    }

    @Test("insertions between removals and dropped entries keep the order")
    func mixed() {
        var generator = SeededGenerator(seed: 7)
        var queue = EarliestFirst<Int>()
        var model: [Int] = []
        for step in 0..<2000 {
            if step % 200 == 199 {
                queue.removeAll { $0 % 3 == 0 }
                model.removeAll { $0 % 3 == 0 }
            }
            if Bool.random(using: &generator) || model.isEmpty {
                let entry = Int.random(in: 0..<1000, using: &generator)
                queue.insert(entry)
                model = (model + [entry]).sorted()
            } else {
                #expect(queue.popFirst() == model.removeFirst())
            }
            #expect(queue.first == model.first)
            #expect(queue.count == model.count)
        }
    }
}
