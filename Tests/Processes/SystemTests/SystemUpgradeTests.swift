import Foundation
import Model
import OperatorCommands
import ProcessSupport
import Reactor
import TestSupport
import Testing

@Suite("The system with one program upgraded", .serialized, .timeLimit(.minutes(5)))
struct SystemUpgradeTests {
    /// How long the others serve without it.
    private static let outage = Duration.milliseconds(1500)

    // Broken on purpose: a program that leaves at SIGTERM without ending anything is found out by its log alone.
    @Test(
        "drained, replaced and started while the others serve: refusals say when to come back, nothing is lost",
        arguments: ServiceName.allCases
    )
    func upgrades(_ name: ServiceName) async throws {
        let context = "\(name.text) upgraded"
        let system = try await TestSystem(on: .sqlite)
        var size = FleetLoad.Size()
        size.rideCount = 40
        let wanted = size
        let load = await system.load(wanted, seed: 1)
        let loop = system.loop
        await loop.submit { load.begin(system.seats) }
        try await system.wait(for: "the first trips") {
            await loop.submit { load.drivers.contains { $0.completedCount > 0 } }
        }
        // What replaces a program is another file at another place, though of the same build: there is no earlier
        // version yet.
        let build = system.folder.path(of: "next")
        try FileManager.default.createDirectory(
            atPath: build,
            withIntermediateDirectories: false
        )
        try ProgramCopy.make(
            of: "\(ProgramProcess.folder)/\(name.text)",
            at: "\(build)/\(name.text)"
        )
        let before = await loop.submit { load.partner.wishes.count }
        let asked = await loop.submit { load.partner.troubles.count }
        #expect(await system[name].terminate() == .code(0), "\(context)")
        // It ended what it had begun; all is tried again, so that nothing else would show it.
        let lines = await system[name].lines
        #expect(lines.contains { $0.contains("\"message\":\"stopped\"") }, "\(context)")
        #expect(!lines.contains { $0.contains("left behind") }, "\(context)")
        for other in ServiceName.allCases where other != name {
            let page = try await system[other].page("/readyz")
            #expect(!page.contains("\"unready\""), "\(other.text): \(page)")
        }
        await system.pause(Self.outage)
        await system[name].move(to: build)
        try await system[name].start()
        try await system.wait(for: "trips that were booked after it came back") {
            await loop.submit { load.partner.wishes.count > before + wanted.rideCount }
        }
        await loop.spawn { await load.partner.end() }.value
        let troubles = await loop.submit { Array(load.partner.troubles[asked...]) }
        // Either the booking was made, or the problem says that and when trying again helps.
        for trouble in troubles {
            #expect(
                trouble.isRetryable,
                "\(context): \(trouble.status) \(trouble.code) \(String(describing: trouble.retryAfterSeconds))"
            )
        }
        try await system.expectAccountsMatch(load, context)
        await loop.spawn { await load.dismiss() }.value
        #expect(await system.stop() == [], "\(context)")
        try await system.expectHistoryIsLegal(context)
        await system.close()
    }
}

extension PartnerLoad.Trouble {
    /// Whether a partner can know from it that the same request may succeed, and when to send it.
    var isRetryable: Bool {
        switch status {
        case 409: code == "request_in_progress" && retryAfterSeconds != nil
        case 429, 503, 504: retryAfterSeconds != nil
        default: false
        }
    }
}
