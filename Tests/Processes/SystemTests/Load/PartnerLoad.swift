import Geo
import HTTP
import HTTPClient
import Model
import Reactor
import Timekeeping

@testable import OperatorCommands

/// A partner that always has so many rides on their way: quotes, books, waits for the end, books the next.
///
/// A booking is tried under one `Idempotency-Key` until there is an answer for good, over every outage; what was
/// answered is kept, so that it can be held against what the system says afterwards.
// Safe: touched on the loop alone; its tasks run there.
final class PartnerLoad: @unchecked Sendable {
    /// One ride that was wished for.
    struct Wish: Sendable {
        /// The `Idempotency-Key`, and the partner's reference.
        let key: String
        /// The body of the request, the same in every try.
        let body: [UInt8]
        /// The booking that a 201 named; `nil` before one.
        fileprivate(set) var booking: String?
        /// The price that it named, minor units.
        fileprivate(set) var priceMinorUnits: Int64 = 0
        /// What a refusal for good said.
        fileprivate(set) var refusal: String?
        /// Whether its trip was completed, or it ended otherwise.
        fileprivate(set) var isOver = false
    }

    /// What was answered that was not 201.
    struct Trouble: Sendable {
        /// The status.
        let status: UInt16
        /// The problem's code; empty where the answer was no problem document.
        let code: String
        /// What `Retry-After` said, seconds.
        let retryAfterSeconds: Int?
    }

    /// Between two tries of one request.
    private static let retryWait = Duration.milliseconds(50)
    /// Between two looks at a ride that no driver has completed yet: it may have ended otherwise.
    private static let lookInterval = Duration.seconds(4)

    /// Every ride that was wished for, in order.
    private(set) var wishes: [Wish] = []
    /// What requests for bookings were answered beside 201, repeats included.
    private(set) var troubles: [Trouble] = []
    /// Requests that got no answer: the gateway was gone, or went while it worked.
    private(set) var unansweredCount = 0

    private let loop: EventLoop
    private let city: DemoCity
    private let gateway: GatewayClient
    private let key: String
    private let name: String
    private var random: DemoRandom
    private var completed: Set<BookingID> = []
    private var workers: [Task<Void, Never>] = []
    private var isEnding = false

    /// A partner that asks for nothing yet.
    ///
    /// - Parameter name: Begins every key, so that two runs on one store do not meet.
    init(
        loop: EventLoop,
        city: DemoCity,
        gateway: GatewayClient,
        key: String,
        name: String,
        seed: UInt64
    ) {
        self.loop = loop
        self.city = city
        self.gateway = gateway
        self.key = key
        self.name = name
        random = DemoRandom(seed: seed)
    }

    /// Rides that were wished for and are not over.
    var inFlightCount: Int { wishes.count { !$0.isOver } }

    /// A driver says that he completed a booking's trip.
    func noteCompleted(_ booking: BookingID) {
        completed.insert(booking)
    }

    /// Keeps `count` rides on their way from now on.
    func begin(_ count: Int) {
        for _ in 0..<count { workers.append(loop.spawn { [self] in await work() }) }
    }

    /// Books no more and returns once every ride is over.
    func end() async {
        isEnding = true
        for worker in workers { await worker.value }
    }

    /// Gives up whatever is on its way.
    func cancel() {
        isEnding = true
        for worker in workers { worker.cancel() }
    }

    /// Sends every booking that was answered 201 once more under its key.
    ///
    /// - Returns: Keys whose answer was not the same booking.
    func replay() async throws(OperatorError) -> [String] {
        var different: [String] = []
        for wish in wishes where wish.booking != nil {
            let answer = try await send(wish)
            let booking = PartnerClient.Booking(answer.document)
            if answer.status != 201 || booking?.id != wish.booking { different.append(wish.key) }
        }
        return different
    }

    // MARK: - One ride after the other

    private func work() async {
        while !isEnding, !Task.isCancelled {
            guard let quote = await quote() else { continue }
            let key = "\(name)-\(wishes.count + 1)"
            let place = wishes.count
            wishes.append(
                Wish(
                    key: key,
                    body: PartnerClient.NewBooking(quote: quote, reference: key).document
                )
            )
            await carryOut(place)
            wishes[place].isOver = true
        }
    }

    private func quote() async -> String? {
        let (from, to) = city.anyRide(using: &random)
        let answer = try? await gateway.send(
            .post,
            "/v1/quotes",
            key: key,
            body: PartnerClient.quoteDocument(from: from, to: to)
        )
        if let answer, answer.status == 201, let id = PartnerClient.quoteID(answer.document) {
            return id
        }
        _ = await loop.sleep(for: Self.retryWait)
        return nil
    }

    private func carryOut(_ place: Int) async {
        while wishes[place].booking == nil {
            let answer: GatewayClient.Answer
            do {
                answer = try await send(wishes[place])
            } catch {
                unansweredCount += 1
                guard await loop.sleep(for: Self.retryWait) else { return }
                continue
            }
            if answer.status == 201, let booking = PartnerClient.Booking(answer.document) {
                wishes[place].booking = booking.id
                wishes[place].priceMinorUnits = booking.priceMinorUnits
                break
            }
            troubles.append(
                Trouble(
                    status: answer.status,
                    code: answer.document["code"]?.text ?? "",
                    retryAfterSeconds: answer.retryAfterSeconds
                )
            )
            guard Self.passes(answer.status) else {
                wishes[place].refusal = "\(answer.status) \(answer.problem)"
                return
            }
            guard await loop.sleep(for: Self.retryWait) else { return }
        }
        await waitForEnd(place)
    }

    private func send(_ wish: Wish) async throws(OperatorError) -> GatewayClient.Answer {
        try await gateway.send(
            .post,
            "/v1/bookings",
            key: key,
            idempotencyKey: wish.key,
            body: wish.body
        )
    }

    /// Whether the same request may be answered otherwise later.
    private static func passes(_ status: UInt16) -> Bool {
        status == 409 || status == 429 || status >= 500
    }

    private func waitForEnd(_ place: Int) async {
        guard let text = wishes[place].booking, let id = BookingID(text) else { return }
        let client = PartnerClient(gateway, key: key)
        var looked = loop.now
        while !completed.contains(id), await loop.sleep(for: Self.retryWait) {
            guard looked.duration(to: loop.now) > Self.lookInterval else { continue }
            looked = loop.now
            let booking = try? await client.booking(text)
            if let booking, DemoPartner.ends.contains(booking.state) { return }
        }
    }
}
