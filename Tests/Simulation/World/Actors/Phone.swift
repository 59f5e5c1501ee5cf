internal import Calls
internal import Geo
internal import IngestCore
internal import Messages
internal import Model
internal import TestSupport
internal import Timekeeping
internal import WireFormat

/// A driver's phone: measures, keeps what is not acknowledged and sends it again, and hears offers. It does what
/// PROTOCOL.md 11 asks of phones and no more: every second stream begins with what is new, and what it still has waits.
final class Phone {
    private static let fixInterval = Duration.seconds(2)
    private static let reopenMilliseconds: ClosedRange<Int64> = 200...3000
    /// How long an acknowledgement may stand still before the backlog is sent anew.
    private static let stallMax = Duration.seconds(12)
    /// Fixes of one batch: some minutes of a phone without a network.
    private static let batchCountMax = 256

    private unowned let world: World
    private let network: Network
    private let peer: PeerIdentity
    private let driver: DriverID
    /// Where he is.
    var position: (north: Int32, east: Int32)
    /// Whether he has a passenger or drives to one.
    var isOnTrip: () -> Bool = { false }
    /// Whether the phone has no network.
    var isAway: () -> Bool = { false }
    /// Hears what dispatch tells of offers and trips.
    var onOffer: (OfferEvent) -> Void = { _ in }

    private var shift = ShiftID.none
    private var reference = DriverReference.none
    private var sequence: UInt32 = 0
    /// Fixes that are not acknowledged, oldest first.
    private var backlog: [Fix] = []
    private var acknowledgedAt: Instant?
    private var streamCount = 0
    private var locations: Pipe?
    private var offers: Pipe?
    /// The reference that ingest knows him by; "none" while it takes him for off duty.
    private(set) var knownAs = DriverReference.none
    private(set) var kept: [KeptFix] = []

    init(_ world: World, _ network: Network, driver: DriverID, at position: (Int32, Int32)) {
        self.world = world
        self.network = network
        self.driver = driver
        self.position = position
        peer = .driver(tenant: Scenario.tenant, driver: driver)
    }

    /// What is not settled: fixes of trips that are not acknowledged, or a shift that dispatch has and ingest does not
    /// know.
    var unrest: String? {
        guard knownAs == reference else {
            return
                "ingest knows \(driver) as \(knownAs.rawValue), dispatch as \(reference.rawValue)"
        }
        let count = backlog.count(where: \.isOnTrip)
        guard count > 0 else { return nil }
        return
            "\(count) fixes of \(driver) from \(backlog.first?.sequence ?? 0) on are not acknowledged"
    }

    // MARK: Shifts

    /// A shift is open: its numbering begins anew.
    func begin(_ shift: ShiftID, _ reference: DriverReference) {
        if self.shift != shift {
            self.shift = shift
            sequence = 0
            backlog = []
            reopen(&locations)
        }
        self.reference = reference
        openLocations()
        openOffers()
    }

    /// The shift is over: what is not acknowledged is of no interest any more.
    func end() {
        reference = .none
        backlog = []
        reopen(&offers)
        offers = nil
    }

    private func reopen(_ pipe: inout Pipe?) {
        pipe?.cancelFromClient()
        pipe = nil
    }

    // MARK: Fixes

    func start() {
        world.after(Self.fixInterval) { [unowned self] in measure() }
    }

    private func measure() {
        world.after(Self.fixInterval) { [unowned self] in measure() }
        guard reference != .none else { return }
        sequence += 1
        let place = Scenario.place(position.north, position.east)
        let now = world.businessClock.businessTime(at: world.time.wallTime)
        let fix = Fix(
            measuredAt: now.microseconds / 1000,
            latitudeE7: place.latitudeE7,
            longitudeE7: place.longitudeE7,
            sequence: sequence,
            status: isOnTrip() ? Fix.occupied : 1
        )
        world.count(\.fixes)
        let before = backlog.last
        backlog.append(fix)
        guard !isAway() else { return }
        if let stalledSince = acknowledgedAt,
            stalledSince.duration(to: world.time.now) > Self.stallMax
        {
            acknowledgedAt = world.time.now
            return sendBacklog()
        }
        // The fix before comes again, and after the newer one: a phone empties its queue as it likes.
        send([fix] + (before.map { [$0] } ?? []))
    }

    private func send(_ fixes: [Fix]) {
        guard let locations, !fixes.isEmpty, let bytes = Self.encoded(fixes) else { return }
        locations.sendToServer(bytes, isEnd: false)
    }

    /// The oldest first.
    private func sendBacklog() {
        var start = 0
        while start < backlog.count {
            let end = min(backlog.count, start + Self.batchCountMax)
            send(Array(backlog[start..<end]))
            start = end
        }
    }

    private static func encoded(_ fixes: [Fix]) -> [UInt8]? {
        var buffer = OutputBuffer()
        guard let base = fixes.first?.measuredAt,
            var writer = try? LocationBatchWriter(to: &buffer, baseTimeMilliseconds: base)
        else { return nil }
        for fix in fixes {
            guard let offset = Int32(exactly: fix.measuredAt - base) else { continue }
            let record = LocationRecord(
                driverReference: 0,
                sequence: fix.sequence,
                offsetMilliseconds: offset,
                latitudeE7: fix.latitudeE7,
                longitudeE7: fix.longitudeE7,
                speedCentimetersPerSecond: fix.speed,
                headingHundredthsOfDegree: fix.heading,
                accuracyDecimeters: fix.accuracy,
                status: fix.status
            )
            try? writer.append(record, to: &buffer)
        }
        writer.finish(&buffer)
        return buffer.array()
    }

    private func openLocations() {
        guard locations == nil, reference != .none else { return }
        guard !isAway(),
            let body = backlog.isEmpty || streamCount % 2 == 1
                ? [] : Self.encoded(Array(backlog.prefix(Self.batchCountMax)))
        else {
            return world.after(.seconds(2)) { [weak self] in self?.openLocations() }
        }
        let call = DirectCall(
            method: IngestMethods.streamLocations.descriptor,
            body: body,
            isEnd: false,
            options: CallOptions(),
            timeout: nil
        )
        let pipe = network.open(call, of: peer, from: .drivers, to: .ingest)
        locations = pipe
        streamCount += 1
        acknowledgedAt = world.time.now
        pipe.onMessage = { [weak self, weak pipe] message in
            pipe?.noteRead()
            if let self, pipe === locations { take(message) }
        }
        pipe.onEnd = { [weak self, weak pipe] _ in
            guard let self, pipe === locations else { return }
            locations = nil
            knownAs = .none
            world.after(wait()) { [weak self] in self?.openLocations() }
        }
        if !body.isEmpty, backlog.count > Self.batchCountMax { sendBacklog() }
    }

    private func wait() -> Duration {
        world.random.draw(.drivers) { $0.duration(Self.reopenMilliseconds) }
    }

    private func take(_ message: [UInt8]) {
        guard let ack = try? LocationAck(decoding: message) else {
            return world.violate("ingest acknowledges with something that is none")
        }
        knownAs = ack.driverReference
        guard ack.driverReference == reference, reference != .none else { return }
        if let first = backlog.first, first.sequence <= ack.sequence {
            acknowledgedAt = world.time.now
        }
        while let fix = backlog.first, fix.sequence <= ack.sequence {
            backlog.removeFirst()
            if fix.isOnTrip { kept.append(KeptFix(shift: shift, fix: fix)) }
        }
        if backlog.isEmpty { acknowledgedAt = world.time.now }
    }

    // MARK: Offers

    /// Looks anew at what is on the screen.
    func lookAgain() {
        reopen(&offers)
        world.after(wait()) { [weak self] in self?.openOffers() }
    }

    private func openOffers() {
        guard offers == nil, reference != .none else { return }
        guard !isAway() else {
            return world.after(.seconds(2)) { [weak self] in self?.openOffers() }
        }
        let request = WatchOffersRequest.with {
            $0.driver = driver
            $0.shift = shift
        }
        guard let body = try? request.encoded() else { return }
        let call = DirectCall(
            method: IngestMethods.driverOffers.descriptor,
            body: body,
            isEnd: true,
            options: CallOptions(),
            timeout: nil
        )
        let pipe = network.open(call, of: peer, from: .drivers, to: .ingest)
        offers = pipe
        pipe.onMessage = { [weak self, weak pipe] message in
            pipe?.noteRead()
            guard let self, pipe === offers, let event = try? OfferEvent(decoding: message) else {
                return
            }
            onOffer(event)
        }
        pipe.onEnd = { [weak self, weak pipe] _ in
            guard let self, pipe === offers else { return }
            offers = nil
            world.after(wait()) { [weak self] in self?.openOffers() }
        }
    }

    /// A call of the driver's, once.
    func call(
        _ method: MethodDescriptor,
        _ body: [UInt8],
        key: IdempotencyKey,
        then: @escaping (Result<[UInt8], CallError>?) -> Void
    ) {
        let timeout = Duration.milliseconds(Int64(method.timeoutMilliseconds ?? 6000))
        let call = DirectCall(
            method: method,
            body: body,
            isEnd: true,
            options: CallOptions(key: key),
            timeout: timeout
        )
        network.call(.call(call, peer), from: .drivers, to: .ingest, timeout: timeout) { reply in
            guard case .call(let outcome)? = reply else { return then(nil) }
            then(outcome)
        }
    }
}

extension CallError {
    /// Whether it leaves open what became of the call, or passes by itself: the driver says it again.
    var isPassing: Bool {
        guard !isConnectionLost else { return true }
        switch code {
        case .unavailable, .aborted, .deadlineExceeded, .resourceExhausted, .cancelled, .internal:
            return true
        default: return false
        }
    }
}
