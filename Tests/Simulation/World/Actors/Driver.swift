internal import Calls
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

    /// He is on duty, on his way there or back, or at home.
    private enum Duty { case off, opening, on, closing }

    private(set) var id = DriverID.none
    private var vehicle = VehicleID.none
    private let number: Int
    private unowned let world: World
    private let network: Network
    private let home: (north: Int32, east: Int32)
    private var phone: Phone?
    private var duty = Duty.off
    private var shift = ShiftID.none
    private var awayUntil: Int64 = 0
    private var answering: OfferID?
    private var trip: Trip?
    private var isReporting = false
    /// Whether his phone is broken, for the rest of the run.
    private var isLost = false
    private(set) var acts: [DriverAct] = []
    private(set) var shiftActs: [ShiftAct] = []

    init(_ number: Int, world: World, network: Network) {
        self.number = number
        self.world = world
        self.network = network
        home = world.random.draw(.drivers) { generator in
            (
                Int32.random(in: -Scenario.spanE7...Scenario.spanE7, using: &generator),
                Int32.random(in: -Scenario.spanE7...Scenario.spanE7, using: &generator)
            )
        }
    }

    /// Why he is not done; nil where he is.
    var unrest: String? {
        if isLost { return nil }
        if trip != nil { return "\(id) drives" }
        if acts.contains(where: { $0.outcome == .pending }) { return "\(id) says something" }
        if duty != .on { return "\(id) is not on duty" }
        return phone?.unrest
    }

    /// What his phone forgot.
    var fixes: (driver: DriverID, kept: [KeptFix]) { (id, phone?.kept ?? []) }

    /// Begins, as the fleet has named him.
    func start(as id: DriverID, with vehicle: VehicleID) {
        self.id = id
        self.vehicle = vehicle
        let phone = Phone(world, network, driver: id, at: home)
        phone.isOnTrip = { [unowned self] in trip != nil }
        phone.isAway = { [unowned self] in isAway }
        phone.onOffer = { [unowned self] event in
            world.count(\.offers)
            hear(event)
        }
        self.phone = phone
        phone.start()
        world.after(draw { $0.duration(0...2000) }) { [unowned self] in
            goOnDuty()
            beAway()
        }
    }

    private func draw<Value>(_ body: (inout SeededGenerator) -> Value) -> Value {
        world.random.draw(.drivers, body)
    }

    private var isBad: Bool { world.plan.has(.badDrivers) && !world.isQuiet }
    private var isAway: Bool { isLost || !world.isQuiet && world.now < awayUntil }
    private var businessNow: WallTime {
        world.businessClock.businessTime(at: world.time.wallTime)
    }

    /// Now and then a bad one is out of reach.
    private func beAway() {
        world.after(.seconds(2)) { [unowned self] in beAway() }
        guard draw({ $0.chance(0.01) }), isBad else { return }
        world.hit("silent-driver")
        awayUntil = world.now + draw { $0.duration(1000...60_000) }.wholeMicroseconds
    }

    // MARK: On and off duty

    private func goOnDuty() {
        let now = world.time.wallTime
        shift = draw { ShiftID(at: now, using: &$0) }
        duty = .opening
        setShift(opens: true)
        // Now and then one goes home for a while, in the storm alone: in the end all are on duty.
        world.after(draw { $0.duration(10_000...90_000) }) { [unowned self] in goHome() }
    }

    private func goHome() {
        guard !world.isQuiet, draw({ $0.chance(0.5) }) else { return }
        guard duty == .on, trip == nil, answering == nil else {
            return world.after(.seconds(5)) { [unowned self] in goHome() }
        }
        world.hit("shift-change")
        duty = .closing
        setShift(opens: false)
    }

    private func setShift(opens: Bool) {
        let now = world.time.wallTime
        let key = draw { IdempotencyKey(at: now, using: &$0) }
        let place = Scenario.place(home.north, home.east)
        let message = SetShiftRequest.with {
            $0.shift = shift
            $0.driver = id
            $0.vehicle = vehicle
            $0.at = businessNow
            $0.position = place
            $0.positionAt = businessNow
            $0.isOnDuty = opens
        }
        guard let body = try? message.encoded() else {
            return world.violate("a driver's shift does not encode")
        }
        shiftActs.append(ShiftAct(driver: id, shift: shift, opens: opens))
        sendShift(body, key, shiftActs.count - 1)
    }

    /// Says it until it is settled: without an answer he does not know whether he is on duty.
    private func sendShift(_ body: [UInt8], _ key: IdempotencyKey, _ index: Int) {
        let again = { [unowned self] in
            world.after(draw { $0.duration(200...3000) }) { [unowned self] in
                sendShift(body, key, index)
            }
        }
        guard !isAway else { return again() }
        phone?.call(IngestMethods.driverSetShift.descriptor, body, key: key) {
            [unowned self] outcome in
            guard shiftActs[index].outcome == .pending else { return }
            switch outcome {
            case .success(let body)?: shiftSet(index, try? SetShiftReply(decoding: body))
            case .failure(let error)? where !error.isPassing:
                world.note("\(id) shift \(shiftActs[index].opens): refused \(error.code)")
                shiftActs[index].outcome = .refused
                duty = shiftActs[index].opens ? .off : .on
                if duty == .off { world.after(.seconds(3)) { [unowned self] in goOnDuty() } }
            default: again()
            }
        }
    }

    private func shiftSet(_ index: Int, _ reply: SetShiftReply?) {
        guard let reply else { return world.violate("the answer to a shift does not decode") }
        shiftActs[index].outcome = .done
        world.note("\(id) is \(shiftActs[index].opens ? "on" : "off") duty")
        if shiftActs[index].opens {
            duty = .on
            phone?.begin(shift, reply.driverReference)
        } else {
            duty = .off
            phone?.end()
            world.after(draw { $0.duration(500...10_000) }) { [unowned self] in goOnDuty() }
        }
    }

    // MARK: What he is to do

    private func hear(_ event: OfferEvent) {
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
        guard says, duty == .on else { return }
        answering = event.offer
        world.after(wait) { [unowned self] in
            guard answering == event.offer, !isAway else { return answering = nil }
            answer(event, accepts: accepts)
            // In two minds: the other answer, under another key.
            if says2 {
                world.hit("two-minds")
                answer(event, accepts: !accepts)
            }
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
        say(IngestMethods.driverAnswerOffer.descriptor, message, step, event.booking) {
            [unowned self] reply in
            if answering == event.offer { answering = nil }
            guard let reply, case .success(let body) = reply,
                let answer = try? OfferAnswerReply(decoding: body)
            else {
                phone?.lookAgain()
                return reply == nil ? .unknown : .refused
            }
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
            guard !breaksDown(on: trip) else { return }
            if progress == .completed, let phone {
                phone.position = (phone.position.north + 900, phone.position.east - 700)
            }
            report(progress, step, trip)
        }
    }

    /// With passengers on board he would have to be found; before, another one can come.
    private func breaksDown(on trip: Trip) -> Bool {
        guard number == 1, world.plan.has(.lostPhones), !world.isQuiet, trip.state != .onTrip
        else { return false }
        isLost = true
        world.hit("lost-phone")
        world.note("\(id) is heard of no more, on his way to \(trip.booking)")
        return true
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
        say(IngestMethods.driverTripProgress.descriptor, message, step, trip.booking) {
            [unowned self] reply in
            isReporting = false
            // He may have been given another trip meanwhile.
            defer { goOn() }
            guard let reply, case .success(let body) = reply,
                let answer = try? BookingProgressReply(decoding: body)
            else {
                // Refused, or not known: the next look at the screen tells.
                if self.trip?.booking == trip.booking { self.trip = nil }
                phone?.lookAgain()
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

    private func say(
        _ method: MethodDescriptor,
        _ message: some WireMessage,
        _ step: BookingStep,
        _ booking: BookingID,
        ended: @escaping (Result<[UInt8], CallError>?) -> ActOutcome
    ) {
        let now = world.time.wallTime
        let key = draw { IdempotencyKey(at: now, using: &$0) }
        guard let body = try? message.encoded() else {
            return world.violate("a driver's message does not encode")
        }
        acts.append(DriverAct(driver: id, booking: booking, step: step))
        let index = acts.count - 1
        let attempts = draw { Int.random(in: 1...8, using: &$0) }
        send(method, body, key, index, attemptsLeft: attempts, ended)
    }

    private func send(
        _ method: MethodDescriptor,
        _ body: [UInt8],
        _ key: IdempotencyKey,
        _ index: Int,
        attemptsLeft: Int,
        _ ended: @escaping (Result<[UInt8], CallError>?) -> ActOutcome
    ) {
        phone?.call(method, body, key: key) { [unowned self] outcome in
            guard acts[index].outcome == .pending else { return }
            var final = outcome
            if case .failure(let error)? = outcome, error.isPassing { final = nil }
            if final == nil, attemptsLeft > 1 {
                return world.after(draw { $0.duration(200...3000) }) { [unowned self] in
                    send(method, body, key, index, attemptsLeft: attemptsLeft - 1, ended)
                }
            }
            acts[index].outcome = ended(final)
            let act = acts[index]
            world.note("\(id) \(act.step.text) \(act.booking): \(act.outcome.rawValue)")
        }
    }
}
