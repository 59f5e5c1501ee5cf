import Geo
import Reactor

@testable import OperatorCommands

/// A whole fleet under load: drivers on their own TLS connections to ingest, and a partner that books over HTTPS.
///
/// Everything it does goes the public ways.
// Safe: touched on the loop alone; its tasks run there.
final class FleetLoad: @unchecked Sendable {
    /// How much.
    struct Size: Hashable, Sendable {
        /// Drivers on duty.
        var driverCount = DemoTenant.driverCountMax
        /// Rides on their way.
        var rideCount = 96
        /// Milliseconds between two steps of a driver.
        var pace = 20...200

        /// Enough that every state has some trips in it.
        init() {}
    }

    /// The partner.
    let partner: PartnerLoad
    /// The drivers.
    let drivers: [QuickDriver]

    private let loop: EventLoop
    private let edge: DriverEdge
    private let size: Size
    private var shifts: [Task<Void, Never>] = []

    /// A fleet that is at home yet. On the loop.
    ///
    /// - Parameters:
    ///   - key: The partner's API key.
    ///   - name: Begins every `Idempotency-Key`.
    init(
        loop: EventLoop,
        gateway: GatewayClient,
        edge: DriverEdge,
        key: String,
        size: Size,
        name: String,
        seed: UInt64
    ) {
        self.loop = loop
        self.edge = edge
        self.size = size
        let city = DemoCity()
        let partner = PartnerLoad(
            loop: loop,
            city: city,
            gateway: gateway,
            key: key,
            name: name,
            seed: seed
        )
        self.partner = partner
        var random = DemoRandom(seed: seed &+ 1)
        drivers = (0..<size.driverCount).map { index in
            let place = city.streets.point(city.streets.anyPlace(using: &random))
            let driver = QuickDriver(
                loop: loop,
                at: DemoCity.position(place),
                pace: size.pace,
                seed: seed &+ UInt64(index) &+ 2
            )
            driver.onCompleted = { [unowned partner] in partner.noteCompleted($0) }
            return driver
        }
    }

    /// Puts every driver on duty and begins to book; the seats are as many as the drivers. On the loop.
    func begin(_ seats: [DriverSeat]) {
        precondition(seats.count == drivers.count, "every driver has a seat of his own")
        for (driver, seat) in zip(drivers, seats) {
            shifts.append(loop.spawn { [edge] in await driver.run(edge: edge, seat: seat) })
        }
        partner.begin(size.rideCount)
    }

    /// Drivers whose fixes and offers flow.
    var onDutyCount: Int { drivers.count { $0.isOnDuty } }

    /// Gives up whatever is on its way. On the loop.
    func cancel() {
        partner.cancel()
        for shift in shifts { shift.cancel() }
    }

    /// Sends every driver home. On the loop.
    func dismiss() async {
        for shift in shifts { shift.cancel() }
        for shift in shifts { await shift.value }
    }
}
