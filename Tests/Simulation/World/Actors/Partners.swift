internal import Messages
internal import Model
internal import Money
internal import TestSupport
internal import Timekeeping

/// The partners: each wish is noted before it is sent, sent until it is answered or patience ends, and noted again.
final class Partners {
    private static let timeout = Duration.seconds(12)
    /// The time over which bookings come.
    private static let rushMilliseconds: ClosedRange<Int64> = 0...45_000

    private unowned let world: World
    private let network: Network
    private(set) var acts: [PartnerAct] = []

    init(world: World, network: Network) {
        self.world = world
        self.network = network
    }

    /// Whether nothing is under way.
    var isIdle: Bool { acts.count >= plannedCount && !acts.contains { $0.outcome == .pending } }

    private var plannedCount = 0

    func start() {
        for number in 0..<world.plan.bookingCount {
            plannedCount += 1
            let wait = draw { $0.duration(Self.rushMilliseconds) }
            world.after(wait) { [unowned self] in book(number) }
        }
    }

    private func draw<Value>(_ body: (inout SeededGenerator) -> Value) -> Value {
        world.random.draw(.partners, body)
    }

    private func book(_ number: Int) {
        let now = world.businessClock.businessTime(at: world.time.wallTime)
        let message = draw { generator in
            CreateBookingRequest.with {
                $0.partner = Scenario.partner
                $0.paymentMethod =
                    generator.chance(0.08) ? Scenario.decliningMethod : Scenario.method
                $0.pickup = Scenario.place(
                    Int32.random(in: -200_000...200_000, using: &generator),
                    Int32.random(in: -200_000...200_000, using: &generator)
                )
                $0.dropOff = Scenario.place(
                    Int32.random(in: -200_000...200_000, using: &generator),
                    Int32.random(in: -200_000...200_000, using: &generator)
                )
                $0.pickupAt = now.advanced(by: generator.duration(0...20_000))
                $0.requestedAt = now
                $0.priceMinorUnits = Int64.random(in: 100...30_000, using: &generator)
                $0.currency = .usDollar
                $0.tariffVersion = Scenario.tariffVersion
                $0.distanceMeters = 4000
                $0.durationMilliseconds = 600_000
                $0.patienceSeconds = UInt32.random(in: 30...240, using: &generator)
                $0.partnerReference = "book-\(number)"
            }
        }
        guard let body = try? message.encoded() else {
            return world.violate("a partner's booking does not encode")
        }
        ask(PartnerRequest(kind: .book, key: "book-\(number)", body: body), nil)
    }

    private func ask(_ request: PartnerRequest, _ target: BookingID?) {
        let index = acts.count
        acts.append(PartnerAct(key: request.key, kind: request.kind, booking: target))
        let attempts = draw { Int.random(in: 2...10, using: &$0) }
        send(request, index, attemptsLeft: attempts)
        // A hasty client does not wait for the answer before he says it again.
        if draw({ $0.chance(0.1) }) {
            world.after(draw { $0.duration(0...500) }) { [unowned self] in
                send(request, index, attemptsLeft: 1)
            }
        }
    }

    private func send(_ request: PartnerRequest, _ index: Int, attemptsLeft: Int) {
        guard acts[index].outcome == .pending else { return }
        network.call(
            .partner(request),
            from: .partners,
            to: .gateway,
            timeout: Self.timeout
        ) { [unowned self] reply in
            guard acts[index].outcome == .pending else { return }
            guard case .partner(let answer)? = reply, answer.status != 503, answer.status != 409
            else { return sendAgain(request, index, attemptsLeft) }
            end(request, index, answer)
        }
    }

    private func sendAgain(_ request: PartnerRequest, _ index: Int, _ attemptsLeft: Int) {
        guard attemptsLeft > 1 else {
            acts[index].outcome = .unknown
            world.note("partner gives up on \(request.key)")
            return
        }
        world.after(draw { $0.duration(200...9000) }) { [unowned self] in
            send(request, index, attemptsLeft: attemptsLeft - 1)
        }
    }

    private func end(_ request: PartnerRequest, _ index: Int, _ answer: PartnerReply) {
        world.note("partner \(request.key): \(answer.status)")
        guard answer.status == 201 else {
            acts[index].outcome = .refused
            return
        }
        acts[index].outcome = .done
        guard request.kind == .book else { return }
        acts[index].booking = BookingID(bytes: answer.body)
        guard draw({ $0.chance(0.25) }) else { return }
        plannedCount += 1
        world.after(draw { $0.duration(0...40_000) }) { [unowned self] in
            let cancel = PartnerRequest(
                kind: .cancel,
                key: "cancel-\(request.key)",
                body: answer.body
            )
            ask(cancel, BookingID(bytes: answer.body))
        }
    }
}
