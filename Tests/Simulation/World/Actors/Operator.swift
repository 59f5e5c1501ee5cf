internal import HTTP
internal import Model
internal import TestSupport
internal import Timekeeping

/// The operator: sets the fleet up before the storm, and changes its document within it.
final class Operator {
    private static let timeout = Duration.seconds(12)
    private static let path = "/v1/admin/tenants/\(Scenario.tenant.rawValue)"

    private unowned let world: World
    private let network: Network
    private let driverCount: Int
    /// The revision that is wanted.
    private(set) var revision = 1
    /// Whether the gateway has acknowledged it.
    private(set) var isAcknowledged = false
    /// The latest acknowledged answer.
    private(set) var answer: HTTPAnswer?

    init(world: World, network: Network, driverCount: Int) {
        self.world = world
        self.network = network
        self.driverCount = driverCount
    }

    /// Whether nothing is under way.
    var isIdle: Bool { isAcknowledged }

    /// Applies the present revision, again and again until it is acknowledged.
    func apply() {
        let bytes = HTTPMessage.put(
            Self.path,
            key: ProgramSettings.adminKey,
            body: Scenario.document(driverCount: driverCount, revision: revision)
        )
        network.call(
            .http(bytes, "apply document \(revision)"),
            from: .partners,
            to: .gateway,
            timeout: Self.timeout
        ) { [unowned self] reply in
            guard case .http(let answer)? = reply, answer.status == 200 else {
                if case .http(let answer)? = reply, !answer.isPassing {
                    world.violate("the operator's document is refused with \(answer.status)")
                }
                let wait = world.random.draw(.partners) { $0.duration(500...3000) }
                return world.after(wait) { [unowned self] in apply() }
            }
            self.answer = answer
            isAcknowledged = true
        }
    }

    /// Changes tariff and zone at some time of the storm, in half of the runs.
    func start() {
        let (changes, wait) = world.random.draw(.partners) {
            ($0.chance(0.5), $0.duration(1000...40_000))
        }
        guard changes else { return }
        world.after(wait) { [unowned self] in
            world.hit("plan-change")
            revision += 1
            isAcknowledged = false
            apply()
        }
    }
}
