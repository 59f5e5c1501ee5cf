internal import Calls
internal import Messages
internal import TestSupport
internal import Timekeeping

/// Calls and streams between endpoints, and everything that can happen to them on the way.
final class Network {
    /// What answers requests at an endpoint.
    typealias Handler = (Request, @escaping (Reply) -> Void) -> Void
    /// What serves the streams that come to an endpoint.
    typealias StreamHandler = (DirectCall, PeerIdentity, Pipe) -> Void

    /// What a way is like at the moment.
    enum State { case open, cut, clogged }

    /// What happens to one message on its way.
    struct Passage {
        let isLost: Bool
        let isDoubled: Bool
        let isReset: Bool
        let delay: Duration
    }

    /// How soon a caller notices that nobody listens, or that the connection was cut.
    private static let refusalWait = Duration.milliseconds(1)
    /// How long a stream over a cut way lives before its ends give it up.
    private static let silenceMax = Duration.seconds(8)

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
    private var streamHandlers: [StreamHandler?]
    /// Grows when a process dies: calls from before it are nobody's.
    private var incarnations: [Int]
    /// Streams that are open, oldest first.
    private var pipes: [Pipe] = []

    init(world: World) {
        self.world = world
        let count = Endpoint.allCases.count
        links = Array(repeating: Link(), count: count * count)
        handlers = Array(repeating: nil, count: count)
        streamHandlers = Array(repeating: nil, count: count)
        incarnations = Array(repeating: 0, count: count)
    }

    func listen(_ endpoint: Endpoint, _ handler: @escaping Handler) {
        handlers[endpoint.rawValue] = handler
    }

    func listen(_ endpoint: Endpoint, toStreams handler: @escaping StreamHandler) {
        streamHandlers[endpoint.rawValue] = handler
    }

    /// The process at `endpoint` is gone, with all its connections.
    func forget(_ endpoint: Endpoint) {
        handlers[endpoint.rawValue] = nil
        streamHandlers[endpoint.rawValue] = nil
        incarnations[endpoint.rawValue] += 1
        for pipe in pipes where pipe.ends(at: endpoint) {
            pipe.fail("\(endpoint.text) is gone", dead: endpoint)
        }
    }

    // MARK: Calls

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
        transmit(source, target, request.label) { [unowned self] in
            guard let handler = handlers[target.rawValue] else {
                world.after(Self.refusalWait) { finish(nil) }
                return
            }
            let served = incarnations[target.rawValue]
            handler(request) { [unowned self] reply in
                // The dead answer nothing.
                guard served == incarnations[target.rawValue] else { return }
                transmit(target, source, nil) { finish(reply) }
            }
        }
        let reset = world.isQuiet ? 0 : world.plan.reset
        if world.random.draw(.network, { $0.chance(reset) }) {
            world.hit("reset")
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
        let passage = passage(from: source, to: target)
        if passage.isLost {
            if let label { world.note("lost \(source.text)>\(target.text) \(label)") }
            return
        }
        var delay = passage.delay
        if passage.isDoubled {
            world.hit("duplicate")
            world.after(delay) { [unowned self] in pass(source, target, label, arrive) }
            delay = self.delay()
        }
        world.after(delay) { [unowned self] in pass(source, target, label, arrive) }
    }

    private func pass(
        _ source: Endpoint,
        _ target: Endpoint,
        _ label: String?,
        _ arrive: @escaping () -> Void
    ) {
        switch state(from: source, to: target) {
        case .cut:
            world.hit("cut")
            if let label { world.note("cut \(source.text)>\(target.text) \(label)") }
        case .clogged:
            hold(from: source, to: target, arrive)
        case .open:
            if let label { world.note("\(source.text)>\(target.text) \(label)") }
            arrive()
        }
    }

    // MARK: Streams

    /// Opens a stream at `target`: a connection of its own. The pipe's ears are set before anything can arrive.
    func open(
        _ call: DirectCall,
        of peer: PeerIdentity,
        from source: Endpoint,
        to target: Endpoint
    ) -> Pipe {
        let pipe = Pipe(world, self, source, target, label: "\(call.method.name)")
        pipes.append(pipe)
        let passage = passage(from: source, to: target)
        world.after(passage.delay) { [unowned self] in
            guard !pipe.isBroken else { return }
            guard !passage.isLost, !passage.isReset, state(from: source, to: target) != .cut,
                let handler = streamHandlers[target.rawValue]
            else { return pipe.fail("nobody there", dead: target) }
            world.note("\(source.text)=\(target.text) \(call.method.name) opens")
            handler(call, peer, pipe)
        }
        return pipe
    }

    func drop(_ pipe: Pipe) {
        pipes.removeAll { $0 === pipe }
    }

    // MARK: The way

    /// Draws what happens to one message.
    func passage(from source: Endpoint, to target: Endpoint) -> Passage {
        world.count(\.messages)
        let plan = world.plan
        let isQuiet = world.isQuiet
        let (isLost, isDoubled, isReset) = world.random.draw(.network) {
            (
                $0.chance(isQuiet ? 0 : plan.loss), $0.chance(isQuiet ? 0 : plan.duplication),
                $0.chance(isQuiet ? 0 : plan.reset / 10)
            )
        }
        if isLost { world.hit("loss") }
        return Passage(isLost: isLost, isDoubled: isDoubled, isReset: isReset, delay: delay())
    }

    private func delay() -> Duration {
        let plan = world.plan
        let isQuiet = world.isQuiet
        let (delay, isHeldBack) = world.random.draw(.network) { generator in
            var delay = Duration.microseconds(plan.delayMicrosecondsMin)
            delay += generator.wait(meanMicroseconds: plan.delayMicrosecondsMean)
            // Held back while others overtake it.
            let isHeldBack = generator.chance(isQuiet ? 0 : plan.reordering)
            if isHeldBack { delay += generator.duration(10...1500) }
            return (delay, isHeldBack)
        }
        if isHeldBack { world.hit("held-back") }
        return delay
    }

    func state(from source: Endpoint, to target: Endpoint) -> State {
        let link = links[index(source, target)]
        return link.cutCount > 0 ? .cut : link.clogCount > 0 ? .clogged : .open
    }

    /// Keeps what has come over a clogged way until it is let go.
    func hold(from source: Endpoint, to target: Endpoint, _ arrive: @escaping () -> Void) {
        world.hit("clogged")
        links[index(source, target)].held.append(arrive)
    }

    private func index(_ source: Endpoint, _ target: Endpoint) -> Int {
        source.rawValue * Endpoint.allCases.count + target.rawValue
    }

    // MARK: Faults

    /// Cuts, or mends, the way from `source` to `target`; cuts add up.
    func cut(_ source: Endpoint, _ target: Endpoint, _ isCut: Bool) {
        let index = index(source, target)
        links[index].cutCount = max(0, links[index].cutCount + (isCut ? 1 : -1))
        guard isCut else { return }
        for pipe in pipes where pipe.links(source, target) {
            world.after(Self.silenceMax) { [unowned self, weak pipe] in
                guard let pipe, links[index].cutCount > 0 else { return }
                pipe.fail("silence")
            }
        }
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
