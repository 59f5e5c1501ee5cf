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
        let rig = try EngineRig()
        let first = try rig.provision(drivers: 3)
        let second = try rig.provision(drivers: 2, tenant: TenantID(8))
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
        try rig.send(DispatchMethods.applyRoster, roster)
        let stored = try #require(rig.shift(of: first[1].driver))
        #expect(stored.reference == first[1].reference)
        #expect(stored.ratingHundredths == 300)
        #expect(stored.closedAt == nil)
    }

    @Test("a driver's new shift ends his old one; another's vehicle is refused")
    func superseded() throws {
        let rig = try EngineRig()
        let fleet = try rig.provision(drivers: 2)
        let old = try #require(rig.shift(of: fleet[0].driver))
        let other = try #require(rig.shift(of: fleet[1].driver))
        let refused = try rig.send(
            DispatchMethods.setShift,
            shift(old.driver, other.vehicle, rig.id())
        )
        #expect(refused.subCode == DispatchSubCode.shiftElsewhere.rawValue)
        let reply = try SetShiftReply(
            decoding: rig.send(
                DispatchMethods.setShift,
                shift(old.driver, old.vehicle, rig.id())
            ).body
        )
        #expect(reply.state == .open)
        let stale = try rig.send(
            DispatchMethods.setShift,
            shift(old.driver, old.vehicle, old.shift)
        )
        #expect(stale.subCode == DispatchSubCode.shiftNotOpen.rawValue)
        let positions = rig.shifts.map(\.position)
        #expect(positions == Array(1...UInt64(positions.count)))
    }

    @Test("unknown drivers and vehicles, and those who may not drive, get no shift")
    func unknown() throws {
        let rig = try EngineRig()
        let fleet = try rig.provision()
        let known = try #require(rig.shift(of: fleet[0].driver))
        let cases: [(DriverID, VehicleID, DispatchSubCode)] = [
            (rig.id(), known.vehicle, .driverUnknown),
            (known.driver, rig.id(), .vehicleUnknown),
        ]
        for (driver, vehicle, expected) in cases {
            let reply = try rig.send(
                DispatchMethods.setShift,
                shift(driver, vehicle, rig.id())
            )
            #expect(StatusCode(wire: reply.code) == .notFound)
            #expect(reply.subCode == expected.rawValue)
        }
        var roster = ApplyRosterRequest()
        roster.revision = 2
        roster.drivers = [DriverEntry.with { $0.driver = known.driver }]
        try rig.send(DispatchMethods.applyRoster, roster)
        #expect(rig.shift(of: known.driver)?.closedAt != nil)
        let reply = try rig.send(
            DispatchMethods.setShift,
            shift(known.driver, known.vehicle, rig.id())
        )
        #expect(reply.subCode == DispatchSubCode.driverUnknown.rawValue)
    }

    @Test("an older roster and an older tariff change nothing; the same again is fine")
    func stale() throws {
        let rig = try EngineRig()
        try rig.provision()
        var roster = ApplyRosterRequest()
        roster.revision = 0
        let reply = try rig.send(DispatchMethods.applyRoster, roster)
        #expect(reply.subCode == DispatchSubCode.revisionStale.rawValue)
        let tariff = EngineRig.tariff()
        #expect(try rig.send(DispatchMethods.applyTariff, tariff).isOK)
        var changed = tariff
        changed.baseMinorUnits += 1
        let refused = try rig.send(DispatchMethods.applyTariff, changed)
        #expect(refused.subCode == DispatchSubCode.revisionStale.rawValue)
        changed.version = 2
        #expect(try rig.send(DispatchMethods.applyTariff, changed).isOK)
    }

    @Test("a quote's version stays good after the next one, and a start knows both")
    func tariffVersions() throws {
        let rig = try EngineRig()
        try rig.provision()
        let quoted = try rig.engine.quote(
            QuoteRequest.with {
                $0.pickup = EngineRig.place
                $0.dropOff = EngineRig.destination
            },
            of: EngineRig.tenant,
            at: rig.time.wallTime
        )
        #expect(quoted.tariffVersion == 1)
        #expect(quoted.pickupMilliseconds >= 0)
        var next = EngineRig.tariff(version: 2)
        next.baseMinorUnits = 900
        try rig.send(DispatchMethods.applyTariff, next)
        try rig.restart()
        var request = rig.booking()
        request.tariffVersion = quoted.tariffVersion
        request.priceMinorUnits = quoted.totalMinorUnits
        #expect(try rig.send(DispatchMethods.createBooking, request).isOK)
        let later = try rig.engine.quote(
            QuoteRequest.with {
                $0.pickup = EngineRig.place
                $0.dropOff = EngineRig.destination
            },
            of: EngineRig.tenant,
            at: rig.time.wallTime
        )
        #expect(later.totalMinorUnits == quoted.totalMinorUnits + 500)
        #expect(throws: QuoteProblem.tariffUnknown) {
            _ = try rig.engine.quote(
                QuoteRequest(),
                of: TenantID(99),
                at: rig.time.wallTime
            )
        }
    }

    @Test("fixes of unknown references are counted and dropped")
    func unknownReference() throws {
        let rig = try EngineRig()
        try rig.provision()
        rig.move(DriverReference(0), to: EngineRig.place)
        rig.move(DriverReference(2), to: EngineRig.place)
        rig.move(DriverReference(.max), to: EngineRig.place)
        #expect(rig.engine.counters.unknownReferenceCount == 3)
        #expect(rig.engine.counters.fixCount == 1)
    }
}
