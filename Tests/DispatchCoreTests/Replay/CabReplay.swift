import Geo
import Model
import Money
import Timekeeping

@testable import DispatchCore

/// A real hour driven through the real market: requests, holds, offers, answers, trips, in simulated time.
///
/// Model as in `ShortestPairReplay`, but with people: a driver looks at an offer for two seconds before he
/// accepts; a cab follows its trace until it first has a trip and then drives straight line x 1.3 at 22 km/h to the
/// pickup, takes the ride's real duration, and stands free at the drop-off.
final class CabReplay {
    /// How long a driver thinks.
    static let thinkSeconds = 2.0
    /// How often a phone repeats where it stands.
    static let heartbeatSeconds = 30.0

    private enum Happening {
        case request(Int)
        case fix(Int)
        case heartbeat
        case answer(OpenOffer)
        case step(BookingStep, DriverID, BookingID)
    }

    private struct Entry {
        let at: WallTime
        let order: Int
        let happening: Happening
    }

    private let rig: MarketRig
    private let rides: [CabData.Ride]
    private let traces: [CabData.Trace]
    private let drivers: [String: Int]
    private var hadTrip: Set<DriverID> = []
    /// Soonest last, so that the next is popped off the end.
    private var agenda: [Entry] = []
    private var entryCount = 0
    private var result: ReplayResult
    private let midnight = WallTime(secondsSinceEpoch: 1_780_000_000)

    init(_ rides: [CabData.Ride], traces: [CabData.Trace], startHour: Int, cabs: Int) throws {
        self.rides = rides
        self.traces = traces
        result = ReplayResult(requests: rides.count)
        rig = MarketRig()
        rig.now = midnight.plus(Double(startHour * 3600))
        let places = Self.startPlaces(traces, startHour: startHour, cabs: cabs)
        drivers = Dictionary(
            uniqueKeysWithValues: places.enumerated().map { ($0.element.cab, $0.offset) }
        )
        for (number, entry) in places.enumerated() {
            try rig.addDriver(Samples.record(number), at: entry.place)
        }
    }

    /// Where each of the first `cabs` cabs by name was last seen in the quarter of an hour before the start.
    static func startPlaces(
        _ traces: [CabData.Trace],
        startHour: Int,
        cabs: Int
    ) -> [(cab: String, place: GeoPoint)] {
        var last: [String: GeoPoint] = [:]
        for trace in traces where trace.at <= startHour * 3600 { last[trace.cab] = trace.place }
        return last.sorted { $0.key < $1.key }.prefix(cabs).map { ($0.key, $0.value) }
    }

    func run() throws -> ReplayResult {
        for index in rides.indices {
            add(.request(index), at: midnight.plus(Double(rides[index].at)))
        }
        for index in traces.indices {
            let moment = midnight.plus(Double(traces[index].at))
            if moment > rig.now, drivers[traces[index].cab] != nil { add(.fix(index), at: moment) }
        }
        add(.heartbeat, at: rig.now.plus(Self.heartbeatSeconds))
        agenda.sort(by: Self.isLater)
        let end = midnight.plus(Double((rides.last?.at ?? 0) + 3 * 3600))
        while let entry = agenda.last, entry.at < end {
            if let tick = rig.market.nextTickAt, tick <= entry.at {
                rig.now = max(rig.now, tick)
                rig.take(rig.market.tick(at: rig.now))
            } else {
                agenda.removeLast()
                rig.now = max(rig.now, entry.at)
                try perform(entry.happening)
            }
            try rig.settle()
            follow()
        }
        return result
    }

    private static func isLater(_ left: Entry, _ right: Entry) -> Bool {
        (left.at, left.order) > (right.at, right.order)
    }

    private func add(_ happening: Happening, at moment: WallTime) {
        entryCount += 1
        agenda.append(Entry(at: moment, order: entryCount, happening: happening))
    }

    private func insert(_ happening: Happening, after seconds: Double) {
        entryCount += 1
        let entry = Entry(at: rig.now.plus(seconds), order: entryCount, happening: happening)
        var low = 0
        var high = agenda.count
        while low < high {
            let middle = (low + high) / 2
            if Self.isLater(agenda[middle], entry) { low = middle + 1 } else { high = middle }
        }
        agenda.insert(entry, at: low)
    }

    private func perform(_ happening: Happening) throws {
        switch happening {
        case .request(let index):
            let ride = rides[index]
            try rig.confirmed(
                Samples.request(
                    index + 1,
                    pickup: ride.pickup,
                    dropoff: ride.dropoff,
                    pickupAt: rig.now
                )
            )
        case .fix(let index):
            guard let number = drivers[traces[index].cab],
                !hadTrip.contains(Samples.driver(number))
            else { return }
            try rig.show(number, at: traces[index].place)
        case .heartbeat:
            rig.refreshFixes()
            insert(.heartbeat, after: Self.heartbeatSeconds)
        case .answer(let offer):
            rig.answer(offer, accepts: true)
        case .step(let step, let driver, let booking):
            rig.say(.driver(driver, step), of: booking)
        }
    }

    /// Lets drivers do what comes next for them.
    private func follow() {
        for effect in rig.effects {
            switch effect {
            case .showOffer(let offer, _): insert(.answer(offer), after: Self.thinkSeconds)
            case .publish(let event): goOn(event)
            default: break
            }
        }
        rig.effects = []
        rig.answers = [:]
    }

    private func goOn(_ event: BookingEvent) {
        guard let driver = event.driver, let booking = rig.rows[event.booking] else { return }
        let id = event.booking
        switch event.state {
        case .assigned:
            hadTrip.insert(driver)
            insert(.step(.driverEnRoute, driver, id), after: 0)
        case .enRoute:
            insert(.step(.driverArrived, driver, id), after: drive(driver, to: booking))
        case .arrived:
            insert(.step(.passengerBoarded, driver, id), after: 0)
        case .onTrip:
            let wait = booking.createdAt.duration(to: event.at)
            result.waits.append(Double(wait.wholeMicroseconds) / 1e6)
            let ride = rides[Int(truncatingIfNeeded: id.bits & 0xFFFF_FFFF) - 1]
            insert(.step(.tripCompleted, driver, id), after: Double(ride.seconds))
        case .completed:
            rig.say(BookingInput(.captured, by: .payments), of: id)
        default:
            break
        }
    }

    private func drive(_ driver: DriverID, to booking: Booking) -> Double {
        let place = rig.position(Int(truncatingIfNeeded: driver.bits) - 1000)
        let travel = place.flatMap {
            StraightLineTravel.standard.travel(from: $0, to: booking.request.pickup)
        }
        return Double(travel?.milliseconds ?? 0) / 1000
    }
}
