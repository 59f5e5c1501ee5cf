internal import Model
internal import TestSupport
internal import Timekeeping

/// Plans the faults that come by themselves, each kind at random times, until the quiet phase.
final class Nemesis {
    private unowned let world: World
    private let network: Network
    private let processes: [ServiceProcess]
    /// Called for a second dispatcher that believes to own the market.
    private let split: () -> Void

    init(
        world: World,
        network: Network,
        processes: [ServiceProcess],
        split: @escaping () -> Void
    ) {
        self.world = world
        self.network = network
        self.processes = processes
        self.split = split
    }

    func start() {
        repeatedly(.partitions) { [unowned self] in partition() }
        repeatedly(.swizzle) { [unowned self] in swizzle() }
        repeatedly(.crashes) { [unowned self] in
            world.hit("random-crash")
            victim.crash("random")
        }
        repeatedly(.powerLoss) { [unowned self] in
            let victim = victim
            victim.injectPowerLoss(after: draw { Int.random(in: 1...30, using: &$0) })
        }
        repeatedly(.syncErrors) { [unowned self] in
            let victim = victim
            victim.injectSyncError(after: draw { Int.random(in: 0...3, using: &$0) })
        }
        repeatedly(.diskErrors) { [unowned self] in
            let victim = victim
            victim.injectError(after: draw { Int.random(in: 1...20, using: &$0) })
        }
        repeatedly(.fullDisks) { [unowned self] in fillDisk() }
        repeatedly(.clockJumps) { [unowned self] in
            let victim = victim
            let error = draw { $0.duration(-30_000...30_000) }
            world.hit(error < .zero ? "clock-set-back" : "clock-set-forward")
            world.note("clock of \(victim.service.text) is off by \(error)")
            victim.clock.setError(error)
        }
        repeatedly(.splitBrain) { [unowned self] in split() }
    }

    private var victim: ServiceProcess {
        processes[draw { Int.random(in: 0..<processes.count, using: &$0) }]
    }

    private func draw<Value>(_ body: (inout SeededGenerator) -> Value) -> Value {
        world.random.draw(.nemesis, body)
    }

    private func repeatedly(_ kind: FaultPlan.Kind, _ act: @escaping () -> Void) {
        guard let mean = world.plan.meanMilliseconds[kind] else { return }
        let wait = draw { $0.wait(meanMicroseconds: mean * 1000) }
        world.after(max(wait, .milliseconds(100))) { [unowned self] in
            guard !world.isQuiet else { return }
            act()
            repeatedly(kind, act)
        }
    }

    private func partition() {
        let (inside, isOneWay, length) = draw { generator in
            let inside = Endpoint.allCases.filter { _ in generator.chance(0.3) }
            return (inside, generator.chance(0.4), generator.duration(500...15_000))
        }
        let outside = Endpoint.allCases.filter { !inside.contains($0) }
        world.hit(isOneWay ? "one-way-partition" : "partition")
        let names = inside.map(\.text).joined(separator: ",")
        world.note("partition [\(names)] \(isOneWay ? "one way" : "both ways") for \(length)")
        set(inside, outside, isOneWay, isCut: true)
        world.after(length) { [unowned self] in
            guard !world.isQuiet else { return }
            world.note("partition [\(names)] heals")
            set(inside, outside, isOneWay, isCut: false)
        }
    }

    private func set(
        _ inside: [Endpoint],
        _ outside: [Endpoint],
        _ isOneWay: Bool,
        isCut: Bool
    ) {
        for one in inside {
            for other in outside {
                network.cut(one, other, isCut)
                if !isOneWay { network.cut(other, one, isCut) }
            }
        }
    }

    /// Clogs endpoints one by one and lets them go in another order.
    private func swizzle() {
        let (clogged, released) = draw { generator in
            let chosen = Endpoint.allCases.filter { _ in generator.chance(0.5) }
            return (chosen.shuffled(using: &generator), chosen.shuffled(using: &generator))
        }
        world.hit("swizzle")
        world.note("swizzle \(clogged.map(\.text).joined(separator: ","))")
        var wait = Duration.zero
        for endpoint in clogged {
            world.after(wait) { [unowned self] in
                if !world.isQuiet { network.clog(endpoint, true) }
            }
            wait += draw { $0.duration(0...1500) }
        }
        for endpoint in released {
            wait += draw { $0.duration(0...1500) }
            world.after(wait) { [unowned self] in
                if !world.isQuiet { network.clog(endpoint, false) }
            }
        }
    }

    private func fillDisk() {
        let victim = victim
        let (room, length) = draw { generator in
            (Int.random(in: 0...40_000, using: &generator), generator.duration(200...5000))
        }
        victim.limitDisk(toRoom: room)
        world.after(length) { victim.unlimitDisk() }
    }
}
