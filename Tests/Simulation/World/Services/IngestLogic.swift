internal import Geo
internal import IngestCore
internal import Messages
internal import Model
internal import Storage
internal import Timekeeping

/// Ingest: its real vehicle table and feed; sessions and the store's part are not here, since fixes are soft state.
final class IngestLogic: ServiceLogic {
    private static let passInterval = Duration.milliseconds(500)
    private static let shiftInterval = Duration.seconds(2)
    private static let relayTimeout = Duration.seconds(4)

    private unowned let process: ServiceProcess
    private var table = VehicleTable()
    private var feed = FixFeed()
    private var subscriber: FixFeed.Subscriber?

    init(_ process: ServiceProcess) {
        self.process = process
        subscriber = feed.subscribe(snapshotOf: table)
    }

    func start() throws(StorageError) {
        process.after(.zero) { [weak self] in
            self?.askShifts()
            self?.pass()
        }
    }

    func receive(_ request: Request, answer: @escaping (Reply) -> Void) {
        switch request {
        case .fixes(let reference, let fixes):
            take(fixes, of: reference)
            answer(.done)
        case .command, .duty:
            process.call(request, to: .dispatch, timeout: Self.relayTimeout) { reply in
                if let reply { answer(reply) }
            }
        case .show:
            process.call(request, to: .drivers, timeout: Self.relayTimeout) { _ in }
            answer(.done)
        default: break
        }
    }

    private func take(_ fixes: [Fix], of reference: DriverReference) {
        let now = process.businessNow.microseconds / 1000
        for fix in fixes {
            let before = table.newestFix(of: reference)
            let verdict = table.take(
                fix,
                named: reference.rawValue,
                stream: reference,
                now: now
            )
            process.world.count(\.fixes)
            guard verdict == .live else { continue }
            if let before, before.measuredAt >= fix.measuredAt {
                process.world.violate("ingest: a position older than the one shown became live")
            }
            feed.noteFix(of: reference)
        }
    }

    private func pass() {
        var fixes: [PassedFix] = []
        let count = subscriber.map { feed.waitingCount($0) } ?? 0
        for place in 0..<count {
            guard let subscriber else { break }
            let reference = feed.waiting(subscriber, at: place)
            guard let fix = table.newestFix(of: reference),
                let position = GeoPoint(latitudeE7: fix.latitudeE7, longitudeE7: fix.longitudeE7)
            else { continue }
            let at = WallTime(microseconds: fix.measuredAt * 1000)
            fixes.append(PassedFix(reference: reference, position: position, at: at))
        }
        if let subscriber { feed.take(subscriber, count: count) }
        if !fixes.isEmpty {
            process.call(.passedFixes(fixes), to: .dispatch, timeout: .seconds(2)) { _ in }
        }
        process.after(Self.passInterval) { [weak self] in self?.pass() }
    }

    private func askShifts() {
        process.call(.shifts, to: .dispatch, timeout: .seconds(2)) { [weak self] reply in
            guard let self, case .shifts(let lines)? = reply else { return }
            table.beginSnapshot()
            for line in lines { _ = table.open(line.reference, duty: line.duty) }
            _ = table.endSnapshot()
        }
        process.after(Self.shiftInterval) { [weak self] in self?.askShifts() }
    }
}
