internal import PaymentsServer
internal import ProviderModel
internal import TestSupport
internal import Timekeeping

/// The payment provider: the stateful model of PayPal, with its own faults.
final class ProviderPeer {
    /// Faults after which an operation must still end well.
    private static let faults: [ModelFault] = [
        .errorBefore, .errorAfter, .unavailable, .tooMany, .inProgress, .hangBefore, .hangAfter,
        .dropBefore, .dropAfter, .slow, .garble, .pending,
    ]

    private unowned let world: World
    /// Its own ledger is what ours is compared with.
    private(set) var model = PayPalModel()

    init(world: World, network: Network) {
        self.world = world
        model.settings.authorisesOnCreate = world.random.draw(.provider) { $0.chance(0.5) }
        network.listen(.provider) { [unowned self] request, answer in
            guard case .provider(let request) = request else { return }
            receive(request, answer)
        }
    }

    private func receive(_ request: ProviderRequest, _ answer: @escaping (Reply) -> Void) {
        let probability = world.isQuiet ? 0 : world.plan.providerFault
        let (strikes, index) = world.random.draw(.provider) {
            ($0.chance(probability), Int.random(in: 0..<Self.faults.count, using: &$0))
        }
        if strikes {
            world.hit("provider-fault")
            model.plan(Self.faults[index], of: nil, count: 1)
        }
        var headers: [String: String] = [:]
        for header in request.headers { headers[header.name.lowercased()] = header.value }
        let asked = ModelRequest(
            request.method.rawValue,
            request.path,
            headers: headers,
            body: request.body
        )
        switch model.receive(asked, at: world.time.wallTime) {
        case .answer(let response, let delay):
            world.note("provider \(request.path.prefix(24)) -> \(response.status)")
            world.after(delay) {
                answer(.provider(.response(status: response.status, body: response.body)))
            }
        case .hang:
            world.note("provider hangs")
        case .drop:
            world.note("provider drops")
            answer(.provider(.connectionLost))
        }
    }
}
