internal import Geo
internal import HTTP
internal import Model
internal import TestSupport
internal import Timekeeping

/// The partners: each wish is noted before it is sent, sent until it is answered or patience ends, and noted again.
final class Partners {
    private static let timeout = Duration.seconds(12)
    /// The time over which bookings come.
    private static let rushMilliseconds: ClosedRange<Int64> = 0...30_000
    /// Tries of what is no wish yet: a price.
    private static let quoteAttemptMax = 6

    /// A request that got its final answer.
    private struct Answered {
        let key: String
        let bytes: [UInt8]
        let answer: HTTPAnswer
    }

    private unowned let world: World
    private let network: Network
    /// The secrets of their keys.
    var keys: [Scenario.Partner: String] = [:]
    private(set) var acts: [PartnerAct] = []
    /// What must not be, as partners see it.
    private(set) var findings: [String] = []
    private var answered: [Answered] = []
    private var openCount = 0

    init(world: World, network: Network) {
        self.world = world
        self.network = network
    }

    /// Whether nothing is under way.
    var isIdle: Bool { openCount == 0 && !acts.contains { $0.outcome == .pending } }

    func start() {
        for number in 0..<world.plan.bookingCount {
            openCount += 1
            let wait = draw { $0.duration(Self.rushMilliseconds) }
            world.after(wait) { [unowned self] in price(number) }
        }
    }

    private func draw<Value>(_ body: (inout SeededGenerator) -> Value) -> Value {
        world.random.draw(.partners, body)
    }

    private func send(
        _ bytes: [UInt8],
        _ name: String,
        then: @escaping (HTTPAnswer?) -> Void
    ) {
        network.call(
            .http(bytes, name),
            from: .partners,
            to: .gateway,
            timeout: Self.timeout
        ) { reply in
            guard case .http(let answer)? = reply else { return then(nil) }
            then(answer)
        }
    }

    // MARK: Prices

    private func price(_ number: Int) {
        let now = world.businessClock.businessTime(at: world.time.wallTime)
        let span = Scenario.spanE7
        let (places, ahead, declines) = draw { generator in
            (
                (0..<4).map { _ in Int32.random(in: -span...span, using: &generator) },
                generator.duration(0...20_000), generator.chance(0.08)
            )
        }
        var json = JSONWriter()
        json.beginObject()
        for (name, first) in [("pickup", 0), ("drop_off", 2)] {
            let place = Scenario.place(places[first], places[first + 1])
            json.key(text: name)
            json.beginObject()
            json.key("lat")
            json.raw(Array(Self.degrees(place.latitudeE7).utf8))
            json.key("lon")
            json.raw(Array(Self.degrees(place.longitudeE7).utf8))
            json.endObject()
        }
        json.member("pickup_at", now.advanced(by: ahead))
        json.member("vehicle_class", "standard")
        json.endObject()
        let partner = declines ? Scenario.Partner.decliner : .agency
        let bytes = HTTPMessage.post("/v1/quotes", key: keys[partner] ?? "", body: json.finish())
        price(number, partner, bytes, attemptsLeft: Self.quoteAttemptMax)
    }

    private static func degrees(_ unitsE7: Int32) -> String {
        let digits = String(unitsE7.magnitude)
        let text = String(repeating: "0", count: max(0, 8 - digits.count)) + digits
        return (unitsE7 < 0 ? "-" : "") + text.dropLast(7) + "." + text.suffix(7)
    }

    private func price(
        _ number: Int,
        _ partner: Scenario.Partner,
        _ bytes: [UInt8],
        attemptsLeft: Int
    ) {
        send(bytes, "quote \(number)") { [unowned self] answer in
            if let answer, answer.status == 201,
                let quote = answer.texts("id", in: "data").first?.text
            {
                openCount -= 1
                return book(number, quote, partner)
            }
            if let answer, !answer.isPassing {
                openCount -= 1
                return world.note("quote \(number): \(answer.status) \(answer.text("code") ?? "")")
            }
            guard attemptsLeft > 1 else {
                openCount -= 1
                return world.note("partner gives up on quote \(number)")
            }
            world.after(draw { $0.duration(200...5000) }) { [unowned self] in
                price(number, partner, bytes, attemptsLeft: attemptsLeft - 1)
            }
        }
    }

    // MARK: Bookings

    private func book(_ number: Int, _ quote: String, _ partner: Scenario.Partner) {
        let patience = draw { Int64.random(in: 60...240, using: &$0) }
        ask(.book, "book-\(number)", quote, partner, patience)
        guard draw({ $0.chance(0.15) }) else { return }
        // The same price once more, for another wish: one of the two is refused.
        world.hit("second-use-of-quote")
        openCount += 1
        world.after(draw { $0.duration(0...4000) }) { [unowned self] in
            openCount -= 1
            ask(.book, "again-\(number)", quote, partner, patience)
        }
    }

    private func ask(
        _ kind: PartnerAct.Kind,
        _ key: String,
        _ subject: String,
        _ partner: Scenario.Partner,
        _ patience: Int64 = 0
    ) {
        var json = JSONWriter()
        json.beginObject()
        if kind == .book {
            json.member("quote_id", subject)
            json.member("partner_reference", key)
            json.member("patience_seconds", patience)
        }
        json.endObject()
        let path = kind == .book ? "/v1/bookings" : "/v1/bookings/\(subject)/cancel"
        let bytes = HTTPMessage.post(
            path,
            key: keys[partner] ?? "",
            idempotencyKey: key,
            body: json.finish()
        )
        let index = acts.count
        acts.append(
            PartnerAct(
                key: key,
                kind: kind,
                quote: kind == .book ? subject : "",
                booking: kind == .book ? nil : BookingID(subject)
            )
        )
        let attempts = draw { Int.random(in: 2...10, using: &$0) }
        send(bytes, index, partner, attemptsLeft: attempts)
        // A hasty client does not wait for the answer before he says it again.
        if draw({ $0.chance(0.1) }) {
            world.hit("hasty-repeat")
            world.after(draw { $0.duration(0...500) }) { [unowned self] in
                send(bytes, index, partner, attemptsLeft: 1)
            }
        }
    }

    private func send(
        _ bytes: [UInt8],
        _ index: Int,
        _ partner: Scenario.Partner,
        attemptsLeft: Int
    ) {
        guard acts[index].outcome == .pending else { return }
        send(bytes, acts[index].key) { [unowned self] answer in
            guard acts[index].outcome == .pending else { return }
            guard let answer, !answer.isPassing else {
                return sendAgain(bytes, index, partner, attemptsLeft, answer)
            }
            end(bytes, index, partner, answer)
        }
    }

    private func sendAgain(
        _ bytes: [UInt8],
        _ index: Int,
        _ partner: Scenario.Partner,
        _ attemptsLeft: Int,
        _ answer: HTTPAnswer?
    ) {
        guard attemptsLeft > 1 else {
            acts[index].outcome = .unknown
            return world.note("partner gives up on \(acts[index].key)")
        }
        if let answer { world.note("\(acts[index].key): \(answer.status), again") }
        world.after(draw { $0.duration(200...9000) }) { [unowned self] in
            send(bytes, index, partner, attemptsLeft: attemptsLeft - 1)
        }
    }

    private func end(
        _ bytes: [UInt8],
        _ index: Int,
        _ partner: Scenario.Partner,
        _ answer: HTTPAnswer
    ) {
        let act = acts[index]
        world.note("\(act.key): \(answer.status) \(answer.text("code") ?? "")")
        if act.kind == .book {
            answered.append(Answered(key: act.key, bytes: bytes, answer: answer))
        }
        guard answer.status == (act.kind == .book ? 201 : 200) else {
            acts[index].outcome = .refused
            return
        }
        acts[index].outcome = .done
        guard act.kind == .book, let id = answer.text("id") else { return }
        acts[index].booking = BookingID(id)
        guard draw({ $0.chance(0.25) }) else { return }
        openCount += 1
        world.after(draw { $0.duration(0...40_000) }) { [unowned self] in
            openCount -= 1
            ask(.cancel, "cancel-\(act.key)", id, partner)
        }
    }

    // MARK: Afterwards

    /// Asks everything again that was answered: the same answer has to come, byte for byte.
    func askAgain() {
        for one in answered {
            openCount += 1
            world.count(\.answersAsked)
            send(one.bytes, "\(one.key), once more") { [unowned self] answer in
                openCount -= 1
                guard let answer else {
                    return findings.append("C1: \(one.key), asked once more, gets no answer")
                }
                if answer != one.answer {
                    findings.append(
                        "C1: \(one.key) was answered \(one.answer.status) and is now answered "
                            + "\(answer.status)\(answer.status == one.answer.status ? ", otherwise" : "")"
                    )
                }
            }
        }
    }

    /// Reads every acknowledged booking: what the gateway shows, by id.
    func readBookings(_ shown: @escaping (BookingID, String, String) -> Void) {
        for act in acts where act.kind == .book && act.outcome == .done {
            guard let id = act.booking else { continue }
            openCount += 1
            world.count(\.answersAsked)
            let bytes = HTTPMessage.get("/v1/bookings/\(id)", key: keys[.agency] ?? "")
            let other = HTTPMessage.get("/v1/bookings/\(id)", key: keys[.decliner] ?? "")
            send(bytes, "read \(act.key)") { [unowned self] answer in
                if let answer, answer.status == 200 {
                    openCount -= 1
                    return shown(id, answer.text("state") ?? "", answer.entityTag)
                }
                // The other partner's: theirs alone to read.
                send(other, "read \(act.key)") { [unowned self] answer in
                    openCount -= 1
                    guard let answer, answer.status == 200 else {
                        return findings.append("C1: \(act.key) was acknowledged and cannot be read")
                    }
                    shown(id, answer.text("state") ?? "", answer.entityTag)
                }
            }
        }
    }
}
