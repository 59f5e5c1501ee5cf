internal import TestSupport
internal import Timekeeping

/// Calls between endpoints, and everything that can happen to them on the way.
final class Network {
    /// What stands at an endpoint; nil where nobody listens.
    typealias Handler = (Request, @escaping (Reply) -> Void) -> Void

    /// How soon a caller notices that nobody listens, or that the connection was cut.
    private static let refusalWait = Duration.milliseconds(1)

    private struct Link {
        /// Partitions that cut it: what is sent is lost.
        var cutCount = 0
        /// Clogs on it: what is sent waits.
        var clogCount = 0
        var held: [() -> Void] = []
    }

    private unowned let world: World
    private var links: [Link]
    private var handlers: [Handler?]
    /// Grows when a process dies: calls from before it are nobody's.
    private var incarnations: [Int]

    init(world: World) {
        self.world = world
        let count = Endpoint.allCases.count
        links = Array(repeating: Link(), count: count * count)
        handlers = Array(repeating: nil, count: count)
        incarnations = Array(repeating: 0, count: count)
    }

    func listen(_ endpoint: Endpoint, _ handler: @escaping Handler) {
        handlers[endpoint.rawValue] = handler
    }

    /// The process at `endpoint` is gone, with all its connections.
    func forget(_ endpoint: Endpoint) {
        handlers[endpoint.rawValue] = nil
        incarnations[endpoint.rawValue] += 1
    }

    /// Calls `target` once. `then` gets the answer, or nil where none came: the effect may have taken place.
    func call(
        _ request: Request,
        from source: Endpoint,
        to target: Endpoint,
        timeout: Duration,
        then: @escaping (Reply?) -> Void
    ) {
        let born = incarnations[source.rawValue]
        var isDone = false
        let finish: (Reply?) -> Void = { [unowned self] reply in
            guard !isDone, born == incarnations[source.rawValue] else { return }
            isDone = true
            then(reply)
        }
        world.after(timeout) { finish(nil) }
        transmit(source, target, request.isTraced ? request.label : nil) { [unowned self] in
            guard let handler = handlers[target.rawValue] else {
                world.after(Self.refusalWait) { finish(nil) }
                return
            }
            handler(request) { [unowned self] reply in
                transmit(target, source, nil) { finish(reply) }
            }
        }
        let reset = world.isQuiet ? 0 : world.plan.reset
        if world.random.draw(.network, { $0.chance(reset) }) {
            world.count(\.resets)
            let wait = world.random.draw(.network) { $0.duration(0...20) }
            world.after(wait) { finish(nil) }
        }
    }

    private func transmit(
        _ source: Endpoint,
        _ target: Endpoint,
        _ label: String?,
        _ arrive: @escaping () -> Void
    ) {
        world.count(\.messages)
        let plan = world.plan
        let isQuiet = world.isQuiet
        let (isLost, isDoubled) = world.random.draw(.network) {
            ($0.chance(isQuiet ? 0 : plan.loss), $0.chance(isQuiet ? 0 : plan.duplication))
        }
        if isLost {
            world.count(\.dropped)
            if let label { world.note("lost \(source.text)>\(target.text) \(label)") }
            return
        }
        if isDoubled { world.count(\.duplicated) }
        for _ in 0..<(isDoubled ? 2 : 1) {
            let delay = world.random.draw(.network) { generator in
                var delay = Duration.microseconds(plan.delayMicrosecondsMin)
                delay += generator.wait(meanMicroseconds: plan.delayMicrosecondsMean)
                // Held back while others overtake it.
                if generator.chance(isQuiet ? 0 : plan.reordering) {
                    delay += generator.duration(10...1500)
                }
                return delay
            }
            world.after(delay) { [unowned self] in
                pass(source, target, label, arrive)
            }
        }
    }

    private func pass(
        _ source: Endpoint,
        _ target: Endpoint,
        _ label: String?,
        _ arrive: @escaping () -> Void
    ) {
        let index = index(source, target)
        if links[index].cutCount > 0 {
            world.count(\.dropped)
            if let label { world.note("cut \(source.text)>\(target.text) \(label)") }
        } else if links[index].clogCount > 0 {
            links[index].held.append(arrive)
        } else {
            if let label { world.note("\(source.text)>\(target.text) \(label)") }
            arrive()
        }
    }

    private func index(_ source: Endpoint, _ target: Endpoint) -> Int {
        source.rawValue * Endpoint.allCases.count + target.rawValue
    }

    // MARK: Faults

    /// Cuts, or mends, the way from `source` to `target`; cuts add up.
    func cut(_ source: Endpoint, _ target: Endpoint, _ isCut: Bool) {
        let index = index(source, target)
        links[index].cutCount = max(0, links[index].cutCount + (isCut ? 1 : -1))
    }

    /// Stops, or lets go, all that comes to or from `endpoint`.
    func clog(_ endpoint: Endpoint, _ isClogged: Bool) {
        for other in Endpoint.allCases where other != endpoint {
            for index in [index(endpoint, other), index(other, endpoint)] {
                links[index].clogCount = max(0, links[index].clogCount + (isClogged ? 1 : -1))
                release(index)
            }
        }
    }

    /// Mends everything.
    func heal() {
        for index in links.indices {
            links[index].cutCount = 0
            links[index].clogCount = 0
            release(index)
        }
    }

    private func release(_ index: Int) {
        guard links[index].clogCount == 0 else { return }
        let held = links[index].held
        links[index].held = []
        for arrive in held { world.after(.microseconds(10), arrive) }
    }
}
