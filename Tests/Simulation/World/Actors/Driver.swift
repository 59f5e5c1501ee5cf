internal import Delivery
internal import DispatchCore
internal import Geo
internal import IngestCore
internal import Messages
internal import Model
internal import TestSupport
internal import Timekeeping

/// One driver and his phone: fixes, offers, answers, trips; now and then out of reach, or in two minds.
final class Driver {
    private struct Trip {
        let booking: BookingID
        let trip: TripID
        var state: BookingState
    }

    private static let fixInterval = Duration.seconds(2)
    private static let dutyInterval = Duration.seconds(4)
    private static let timeout = Duration.seconds(6)

    let id: DriverID
    private let number: Int
    private unowned let world: World
    private let network: Network
    private var position: (north: Int32, east: Int32)
    private var sequence: UInt32 = 0
    private var lastFix: Fix?
    private var awayUntil: Int64 = 0
    private var answering: OfferID?
    private var trip: Trip?
    private var isReporting = false
    private(set) var acts: [DriverAct] = []

    init(_ number: Int, world: World, network: Network) {
        self.number = number
        id = Scenario.driver(number)
        self.world = world
        self.network = network
        position = world.random.draw(.drivers) { generator in
            (
                Int32.random(in: -200_000...200_000, using: &generator),
                Int32.random(in: -200_000...200_000, using: &generator)
            )
        }
    }

    /// Whether nothing is under way.
    var isIdle: Bool { trip == nil && !acts.contains { $0.outcome == .pending } }

    func start() {
        world.after(draw { $0.duration(0...2000) }) { [unowned self] in
            report()
            askDuty()
        }
    }

    private func draw<Value>(_ body: (inout SeededGenerator) -> Value) -> Value {
        world.random.draw(.drivers, body)
    }

    private var isBad: Bool { world.plan.has(.badDrivers) && !world.isQuiet }
    private var isAway: Bool { !world.isQuiet && world.now < awayUntil }
    private var businessNow: WallTime {
        world.businessClock.businessTime(at: world.time.wallTime)
    }

    // MARK: Fixes

    private func report() {
        world.after(Self.fixInterval) { [unowned self] in report() }
        if draw({ $0.chance(0.01) }), isBad {
            awayUntil = world.now + draw { $0.duration(1000...60_000) }.wholeMicroseconds
        }
        guard !isAway else { return }
        sequence += 1
        let place = Scenario.place(position.north, position.east)
        let fix = Fix(
            measuredAt: businessNow.microseconds / 1000,
            latitudeE7: place.latitudeE7,
            longitudeE7: place.longitudeE7,
            sequence: sequence
        )
        // The fix before comes again, and after the newer one: a phone empties its queue as it likes.
        let batch = [fix] + (lastFix.map { [$0] } ?? [])
        lastFix = fix
        let reference = DriverReference(UInt64(number + 1))
        send(.fixes(reference, batch)) { _ in }
    }

    private func send(_ request: Request, then: @escaping (Reply?) -> Void) {
        network.call(request, from: .drivers, to: .ingest, timeout: Self.timeout, then: then)
    }

    // MARK: What he is to do

    private func askDuty() {
        world.after(Self.dutyInterval) { [unowned self] in askDuty() }
        guard !isAway else { return }
        send(.duty(id)) { [unowned self] reply in
            guard case .duty(let event)? = reply else { return }
            if let event {
                hear(event)
            } else if !isReporting {
                // Nothing is on the screen any more.
                trip = nil
            }
        }
    }

    func hear(_ event: OfferEvent) {
        guard event.driver == id, !isAway else { return }
        switch event.kind.known {
        case .offer: consider(event)
        case .withdrawn: if answering == event.offer { answering = nil }
        case .trip: follow(event)
        case nil: break
        }
    }

    private func follow(_ event: OfferEvent) {
        guard let state = BookingState(rawValue: event.state.rawValue) else { return }
        if BookingTable.boundStates.contains(state) {
            guard trip?.booking != event.booking else { return goOn() }
            trip = Trip(booking: event.booking, trip: event.trip, state: state)
            goOn()
        } else if trip?.booking == event.booking, !isReporting {
            trip = nil
        }
    }

    private func consider(_ event: OfferEvent) {
        guard answering == nil, trip == nil else { return }
        let isBad = isBad
        let (says, accepts, says2, wait) = draw { generator in
            (
                generator.chance(isBad ? 0.8 : 1), generator.chance(isBad ? 0.7 : 0.95),
                generator.chance(isBad ? 0.2 : 0.05), generator.duration(100...3000)
            )
        }
        guard says else { return }
        answering = event.offer
        world.after(wait) { [unowned self] in
            guard answering == event.offer, !isAway else { return answering = nil }
            answer(event, accepts: accepts)
            // In two minds: the other answer, under another key.
            if says2 { answer(event, accepts: !accepts) }
        }
    }

    private func answer(_ event: OfferEvent, accepts: Bool) {
        let message = Messages.OfferAnswer.with {
            $0.offer = event.offer
            $0.driver = id
            $0.answeredAt = businessNow
            $0.decision = WireEnum(accepts ? .accepted : .declined)
        }
        let step: BookingStep = accepts ? .offerAccepted : .offerDeclined
        say(DispatchMethods.answerOffer, message, step, event.booking) { [unowned self] reply in
            if answering == event.offer { answering = nil }
            guard let reply, reply.isOK, let answer = try? OfferAnswerReply(decoding: reply.body)
            else { return reply == nil ? .unknown : .refused }
            if answer.outcome == .assigned, trip == nil {
                trip = Trip(booking: event.booking, trip: answer.trip, state: .assigned)
                goOn()
            }
            switch answer.outcome.known {
            case .assigned: return accepts ? .done : .refused
            case .declined: return accepts ? .refused : .done
            case .tooLate, .withdrawn, nil: return .refused
            }
        }
    }

    // MARK: The trip

    private func goOn() {
        guard let trip, !isReporting else { return }
        let isBad = isBad
        let (progress, step) = draw { next(after: trip.state, isBad: isBad, &$0) }
        guard let progress else { return self.trip = nil }
        isReporting = true
        let wait =
            progress == .noShow
            ? world.businessClock.realDuration(
                of: .seconds(Int64(Scenario.absenceSeconds)) + .seconds(1)
            ) : draw { $0.duration(300...5000) }
        world.after(wait) { [unowned self] in
            if progress == .completed { position = (position.north + 900, position.east - 700) }
            report(progress, step, trip)
        }
    }

    private func next(
        after state: BookingState,
        isBad: Bool,
        _ generator: inout SeededGenerator
    ) -> (TripProgressCode?, BookingStep) {
        let (withdraws, isAlone) = (generator.chance(0.12), generator.chance(0.1))
        if isBad, withdraws, state != .onTrip { return (.withdrawn, .driverWithdrawn) }
        return switch state {
        case .assigned: (.enRoute, .driverEnRoute)
        case .enRoute: (.arrived, .driverArrived)
        case .arrived where isAlone: (.noShow, .passengerAbsent)
        case .arrived: (.started, .passengerBoarded)
        case .onTrip: (.completed, .tripCompleted)
        default: (nil, .driverEnRoute)
        }
    }

    private func report(_ progress: TripProgressCode, _ step: BookingStep, _ trip: Trip) {
        let message = TripProgressReport.with {
            $0.booking = trip.booking
            $0.trip = trip.trip
            $0.driver = id
            $0.at = businessNow
            $0.progress = WireEnum(progress)
        }
        say(DispatchMethods.reportTripProgress, message, step, trip.booking) {
            [unowned self] reply in
            isReporting = false
            // He may have been given another trip meanwhile.
            defer { goOn() }
            guard let reply, reply.isOK,
                let answer = try? BookingProgressReply(decoding: reply.body)
            else {
                // Refused, or not known: the next look at the screen tells.
                if self.trip?.booking == trip.booking { self.trip = nil }
                return reply == nil ? .unknown : .refused
            }
            if self.trip?.booking == trip.booking {
                let state = BookingState(rawValue: answer.state.rawValue) ?? .closed
                if BookingTable.boundStates.contains(state), progress != .withdrawn {
                    self.trip?.state = state
                } else {
                    self.trip = nil
                }
            }
            return .done
        }
    }

    // MARK: Saying it until it is heard

    private func say<Message: WireMessage, Answer>(
        _ method: Method<Message, Answer>,
        _ message: Message,
        _ step: BookingStep,
        _ booking: BookingID,
        ended: @escaping (CommandReply?) -> ActOutcome
    ) {
        let now = world.time.wallTime
        let key = draw { IdempotencyKey(at: now, using: &$0) }
        guard let body = try? message.encoded() else {
            return world.violate("a driver's message does not encode")
        }
        let command = Command(
            destination: .dispatch,
            method: method.descriptor.id,
            key: key,
            tenant: Scenario.tenant,
            subject: "driver:\(id)",
            body: body
        )
        acts.append(DriverAct(driver: id, booking: booking, step: step))
        let attempts = draw { Int.random(in: 1...8, using: &$0) }
        send(command, acts.count - 1, attemptsLeft: attempts, ended)
    }

    private func send(
        _ command: Command,
        _ index: Int,
        attemptsLeft: Int,
        _ ended: @escaping (CommandReply?) -> ActOutcome
    ) {
        send(.command(command)) { [unowned self] reply in
            guard acts[index].outcome == .pending else { return }
            defer {
                let act = acts[index]
                world.note("\(id) \(act.step.text) \(act.booking): \(act.outcome.rawValue)")
            }
            if case .command(let answer)? = reply, !answer.isTransient {
                acts[index].outcome = ended(answer)
            } else if attemptsLeft > 1 {
                world.after(draw { $0.duration(200...3000) }) { [unowned self] in
                    send(command, index, attemptsLeft: attemptsLeft - 1, ended)
                }
            } else {
                acts[index].outcome = ended(nil)
            }
        }
    }
}
