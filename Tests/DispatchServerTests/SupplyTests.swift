import Delivery
import DispatchServer
import Messages
import Model
import Storage
import TestSupport
import Testing
import Timekeeping
import WireFormat

@Suite("Roster, shifts and tariffs")
struct SupplyTests {
    private func shift(
        _ driver: DriverID,
        _ vehicle: VehicleID,
        _ shift: ShiftID,
        onDuty: Bool = true
    ) -> SetShiftRequest {
        SetShiftRequest.with {
            $0.shift = shift
            $0.driver = driver
            $0.vehicle = vehicle
            $0.isOnDuty = onDuty
        }
    }

    @Test("references are dense over all tenants, and a driver keeps his")
    func references() throws {
        let bench = try EngineBench()
        let first = try bench.provision(drivers: 3)
        let second = try bench.provision(drivers: 2, tenant: TenantID(8))
        #expect((first + second).map(\.reference.rawValue) == [1, 2, 3, 4, 5])
        var roster = ApplyRosterRequest()
        roster.revision = 2
        roster.drivers = [
            DriverEntry.with {
                $0.driver = first[1].driver
                $0.isActive = true
                $0.ratingHundredths = 300
            }
        ]
        try bench.send(DispatchMethods.applyRoster, roster)
        let stored = try #require(bench.shift(of: first[1].driver))
        #expect(stored.reference == first[1].reference)
        #expect(stored.ratingHundredths == 300)
        #expect(stored.closedAt == nil)
    }

    @Test("a driver's new shift ends his old one; another's vehicle is refused")
    func superseded() throws {
        let bench = try EngineBench()
        let fleet = try bench.provision(drivers: 2)
        let old = try #require(bench.shift(of: fleet[0].driver))
        let other = try #require(bench.shift(of: fleet[1].driver))
        let refused = try bench.send(
            DispatchMethods.setShift,
            shift(old.driver, other.vehicle, bench.id())
        )
        #expect(refused.subCode == DispatchSubCode.shiftElsewhere.rawValue)
        let reply = try SetShiftReply(
            decoding: bench.send(
                DispatchMethods.setShift,
                shift(old.driver, old.vehicle, bench.id())
            ).body
        )
        #expect(reply.state == .open)
        let stale = try bench.send(
            DispatchMethods.setShift,
            shift(old.driver, old.vehicle, old.shift)
        )
        #expect(stale.subCode == DispatchSubCode.shiftNotOpen.rawValue)
        let positions = bench.shifts.map(\.position)
        #expect(positions == Array(1...UInt64(positions.count)))
    }

    @Test("unknown drivers and vehicles, and those who may not drive, get no shift")
    func unknown() throws {
        let bench = try EngineBench()
        let fleet = try bench.provision()
        let known = try #require(bench.shift(of: fleet[0].driver))
        let cases: [(DriverID, VehicleID, DispatchSubCode)] = [
            (bench.id(), known.vehicle, .driverUnknown),
            (known.driver, bench.id(), .vehicleUnknown),
        ]
        for (driver, vehicle, expected) in cases {
            let reply = try bench.send(
                DispatchMethods.setShift,
                shift(driver, vehicle, bench.id())
            )
            #expect(StatusCode(wire: reply.code) == .notFound)
            #expect(reply.subCode == expected.rawValue)
        }
        var roster = ApplyRosterRequest()
        roster.revision = 2
        roster.drivers = [DriverEntry.with { $0.driver = known.driver }]
        try bench.send(DispatchMethods.applyRoster, roster)
        #expect(bench.shift(of: known.driver)?.closedAt != nil)
        let reply = try bench.send(
            DispatchMethods.setShift,
            shift(known.driver, known.vehicle, bench.id())
        )
        #expect(reply.subCode == DispatchSubCode.driverUnknown.rawValue)
    }

    @Test("an older roster and an older tariff change nothing; the same again is fine")
    func stale() throws {
        let bench = try EngineBench()
        try bench.provision()
        var roster = ApplyRosterRequest()
        roster.revision = 0
        let reply = try bench.send(DispatchMethods.applyRoster, roster)
        #expect(reply.subCode == DispatchSubCode.revisionStale.rawValue)
        let tariff = EngineBench.tariff()
        #expect(try bench.send(DispatchMethods.applyTariff, tariff).isOK)
        var changed = tariff
        changed.baseMinorUnits += 1
        let refused = try bench.send(DispatchMethods.applyTariff, changed)
        #expect(refused.subCode == DispatchSubCode.revisionStale.rawValue)
        changed.version = 2
        #expect(try bench.send(DispatchMethods.applyTariff, changed).isOK)
    }

    @Test("a quote's version stays good after the next one, and a start knows both")
    func tariffVersions() throws {
        let bench = try EngineBench()
        try bench.provision()
        let quoted = try bench.engine.quote(
            QuoteRequest.with {
                $0.pickup = EngineBench.place
                $0.dropOff = EngineBench.destination
            },
            of: EngineBench.tenant,
            at: bench.time.wallTime
        )
        #expect(quoted.tariffVersion == 1)
        #expect(quoted.pickupMilliseconds >= 0)
        var next = EngineBench.tariff(version: 2)
        next.baseMinorUnits = 900
        try bench.send(DispatchMethods.applyTariff, next)
        try bench.restart()
        var request = bench.booking()
        request.tariffVersion = quoted.tariffVersion
        request.priceMinorUnits = quoted.totalMinorUnits
        #expect(try bench.send(DispatchMethods.createBooking, request).isOK)
        let later = try bench.engine.quote(
            QuoteRequest.with {
                $0.pickup = EngineBench.place
                $0.dropOff = EngineBench.destination
            },
            of: EngineBench.tenant,
            at: bench.time.wallTime
        )
        #expect(later.totalMinorUnits == quoted.totalMinorUnits + 500)
        #expect(throws: QuoteProblem.tariffUnknown) {
            _ = try bench.engine.quote(
                QuoteRequest(),
                of: TenantID(99),
                at: bench.time.wallTime
            )
        }
    }

    @Test("fixes of unknown references are counted and dropped")
    func unknownReference() throws {
        let bench = try EngineBench()
        try bench.provision()
        bench.move(DriverReference(0), to: EngineBench.place)
        bench.move(DriverReference(2), to: EngineBench.place)
        bench.move(DriverReference(.max), to: EngineBench.place)
        #expect(bench.engine.counters.unknownReferenceCount == 3)
        #expect(bench.engine.counters.fixCount == 1)
    }
}
