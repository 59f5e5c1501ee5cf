import Foundation
import Geo
import Model
import OperatorCommands
import ProcessSupport
import Reactor
import ServiceRuntime
import TestSupport
import Testing

/// The five running programs and the reference client of LBP/1, which was made from the published documents alone.
@Suite("The system and a stranger's LBP/1", .serialized, .timeLimit(.minutes(5)))
struct SystemStrangerTests {
    @Test(
        "as a client it calls all five under mutual TLS, and drives with a signed token",
        .enabled("needs python3") { try Prerequisite.python.isMet() }
    )
    func client() async throws {
        let system = try await TestSystem(on: .sqlite, driverCount: 1)
        let program = try system.stranger("client")
        #expect(await program.exit() == .code(0), "\(program.lines.elements)")
        #expect(program.lines.elements.contains { $0.hasSuffix(" passed, 0 failed") })
        #expect(await system.stop() == [])
        await system.close()
    }

    @Test(
        "as a server it takes billing's place: dispatch reports every trip to it, at its price",
        .enabled("needs python3") { try Prerequisite.python.isMet() }
    )
    func server() async throws {
        var size = FleetLoad.Size()
        (size.driverCount, size.rideCount) = (8, 12)
        let system = try await TestSystem(on: .sqlite, driverCount: size.driverCount)
        #expect(await system[.billing].terminate() == .code(0))
        let program = try system.stranger("billing")
        _ = try await program.line(with: "serving")
        let load = await system.load(size, seed: 1)
        await system.loop.submit { load.begin(system.seats) }
        try await system.wait(for: "three trips of each driver") {
            await system.loop.submit {
                load.drivers.reduce(0) { $0 + $1.completedCount } >= 3 * load.drivers.count
            }
        }
        await system.loop.spawn { await load.partner.end() }.value
        let partner = PartnerClient(system.gateway, key: system.key)
        try await system.wait(for: "every booking closed") {
            try await partner.allBookings().allSatisfy { $0.state == "closed" }
        }
        let prices = try await partner.allBookings().map(\.priceMinorUnits)
        try await system.wait(for: "every trip reported") {
            Self.fares(program).count >= prices.count
        }
        #expect(Self.fares(program).values.sorted() == prices.sorted())
        await system.loop.spawn { await load.dismiss() }.value
        program.send(SIGTERM)
        _ = await program.exit()
        try await system[.billing].start()
        #expect(await system.stop() == [])
        await system.close()
    }

    /// What the stand-in was told of each booking; a report may come twice.
    private static func fares(_ program: ProgramProcess) -> [String: Int64] {
        var fares: [String: Int64] = [:]
        for line in program.lines.elements {
            let parts = line.split(separator: " ")
            if parts.count == 3, parts[0] == "usage" { fares[String(parts[1])] = Int64(parts[2]) }
        }
        return fares
    }
}

extension TestSystem {
    /// Starts `Tests/Conformance/programs.py` in one of its roles against this system.
    func stranger(_ role: String) throws -> ProgramProcess {
        guard let seat = seats.first, let python = Prerequisite.program("python3"),
            let drivers = edge.address.split(separator: ":").last.flatMap({ Int($0) })
        else { throw ProgramProcess.Failure(description: "no seat, no python3 or no port") }
        let city = DemoCity()
        var random = SeededGenerator(seed: 1)
        let place = city.anyRide(using: &random).from.point
        let settings: [String: Any] = [
            "keys": folder.path(of: "keys"),
            "calls": Dictionary(
                uniqueKeysWithValues: services.map { ($0.key.text, Int($0.value.callPort)) }
            ),
            "drivers": drivers,
            "environment": Int(Deployment.demo.environmentNumber),
            "tenant": Int(Self.tenant),
            "token": Hex.encode(seat.token),
            "driver": Hex.encode(seat.driver.bytes),
            "vehicle": Hex.encode(seat.vehicle.bytes),
            "latitudeE7": Int(place.latitudeE7),
            "longitudeE7": Int(place.longitudeE7),
        ]
        let data = try JSONSerialization.data(withJSONObject: settings)
        let script = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Conformance/programs.py")
        return try ProgramProcess(
            path: python,
            // -B: no compiled copies beside the sources.
            arguments: [
                "-B", "-u", script.path(percentEncoded: false), role,
                String(decoding: data, as: UTF8.self),
            ],
            environment: [:]
        )
    }
}
