import TestSupport
import Testing

@testable import SimulationWorld

@Suite("The kernel of a run")
struct KernelTests {
    @Test("events come by time, and at one time in the order of planning")
    func order() {
        var queue = EventQueue()
        var seen: [Int] = []
        let times: [Int64] = [5, 1, 5, 3, 1, 5, 0, 3]
        for (index, time) in times.enumerated() { queue.insert(at: time) { seen.append(index) } }
        while let event = queue.popFirst() { event.action() }
        #expect(seen == [6, 1, 4, 3, 7, 0, 2, 5])
    }

    @Test("a choice more in one concern shifts no other")
    func streams() {
        var plain = RandomStreams(seed: 7)
        var disturbed = RandomStreams(seed: 7)
        _ = disturbed.draw(.network) { $0.next() }
        for concern in Concern.allCases where concern != .network {
            let one = plain.draw(concern) { $0.next() }
            let other = disturbed.draw(concern) { $0.next() }
            #expect(one == other)
        }
        #expect(plain.seed(of: .disks, 1) != plain.seed(of: .disks, 2))
    }

    @Test("over many seeds each kind of fault is on in some, off in many, and none has all")
    func swarm() {
        var counts: [FaultPlan.Kind: Int] = [:]
        for seed in 0..<400 as Range<UInt64> {
            var generator = SeededGenerator(seed: seed)
            let plan = FaultPlan(using: &generator)
            #expect(plan.enabled.count < FaultPlan.Kind.allCases.count)
            for kind in plan.enabled { counts[kind, default: 0] += 1 }
            #expect((plan.loss > 0) == plan.has(.loss))
            #expect((plan.reset > 0) == plan.has(.resets))
        }
        for kind in FaultPlan.Kind.allCases {
            #expect((120...240).contains(counts[kind] ?? 0), "\(kind)")
        }
    }

    @Test("the tail of a trace holds its last lines in order")
    func tail() {
        var trace = Trace(output: nil)
        for number in 0..<200 { trace.add("line \(number)", at: Int64(number)) }
        #expect(trace.tail.count == Trace.tailCount)
        #expect(trace.tail.first == "    0.000120  line 120")
        #expect(trace.tail.last == "    0.000199  line 199")
        var other = Trace(output: nil)
        for number in 0..<199 { other.add("line \(number)", at: Int64(number)) }
        other.add("line 199", at: 198)
        #expect(trace.digest != other.digest)
    }
}

@Suite("The simulated network")
struct NetworkTests {
    private let world = World(seed: 1, mutation: nil, output: nil)

    /// Calls dispatch from the gateway and lets everything happen.
    ///
    /// - Parameter meanwhile: Done after the call has been sent.
    private func call(
        listening: Bool = true,
        _ prepare: (Network) -> Void = { _ in },
        meanwhile: (Network) -> Void = { _ in }
    ) -> (arrivals: Int, replies: Int, refusals: Int) {
        let network = Network(world: world)
        world.isQuiet = true
        var (arrivals, replies, refusals) = (0, 0, 0)
        if listening {
            network.listen(.dispatch) { _, answer in
                arrivals += 1
                answer(.http(HTTPAnswer(status: 200, body: [], entityTag: "")))
            }
        }
        prepare(network)
        network.call(.http([], "look"), from: .gateway, to: .dispatch, timeout: .seconds(5)) {
            reply in
            if reply == nil { refusals += 1 } else { replies += 1 }
        }
        meanwhile(network)
        while world.step() {}
        return (arrivals, replies, refusals)
    }

    @Test("a call is answered once")
    func answered() {
        #expect(call() == (1, 1, 0))
    }

    @Test("where nobody listens the caller hears so")
    func nobody() {
        #expect(call(listening: false) == (0, 0, 1))
    }

    @Test("over a cut way nothing arrives; cut the other way it does, and the caller does not know")
    func cuts() {
        #expect(call({ $0.cut(.gateway, .dispatch, true) }) == (0, 0, 1))
        #expect(call({ $0.cut(.dispatch, .gateway, true) }) == (1, 0, 1))
        let mended = call {
            $0.cut(.gateway, .dispatch, true)
            $0.cut(.gateway, .dispatch, false)
        }
        #expect(mended == (1, 1, 0))
    }

    @Test("a clog holds what is sent and lets it go")
    func clog() {
        #expect(call({ $0.clog(.dispatch, true) }) == (0, 0, 1))
        let released = call({ $0.clog(.dispatch, true) }) { network in
            world.after(.seconds(2)) { network.clog(.dispatch, false) }
        }
        #expect(released == (1, 1, 0))
    }

    @Test("a process that died hears nothing of its calls")
    func death() {
        #expect(call(meanwhile: { $0.forget(.gateway) }) == (1, 0, 0))
    }
}
