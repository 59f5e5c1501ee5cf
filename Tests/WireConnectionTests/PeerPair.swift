import TestSupport
import Timekeeping
import WireFormat

@testable import WireConnection

/// A client and a server that exchange random legal calls over a link that delivers arbitrary pieces.
///
/// Every message carries its stream and number, so that the receiver can check the order; consumption lags
/// behind at random, so that credits run out and come back.
struct PeerPair {
    /// What one direction of one stream has seen.
    struct Progress {
        var sent: UInt32 = 0
        var received: UInt32 = 0
        var isEnded = false
    }

    var generator: SeededGenerator
    let client: Side
    let server: Side
    let limits: ConnectionLimits
    private var requests: [UInt32: Progress] = [:]
    private var answers: [UInt32: Progress] = [:]
    private var kinds: [UInt32: CallKind] = [:]
    private var cancelled: Set<UInt32> = []
    /// Bytes handed over and not consumed: (stream, count), oldest first.
    private var held: [(isServer: Bool, stream: StreamID, byteCount: Int)] = []
    private var clientLink: [UInt8] = []
    private var serverLink: [UInt8] = []

    init(generator: SeededGenerator) {
        self.generator = generator
        limits = ConnectionLimits(
            maximumPayload: 16_384,
            connectionCredit: 50_000,
            streamCredit: 20_000,
            streams: 8,
            keepAliveMilliseconds: 25_000
        )
        let limits = limits
        let configuration = Side.configuration { $0.limits = limits }
        client = Side(client: configuration)
        server = Side(server: configuration)
        client.consumes = false
        server.consumes = false
    }

    mutating func run(stepCount: Int) throws {
        for _ in 0..<stepCount {
            try step()
            try check()
        }
        // Everything open is brought to its end, and everything held is consumed.
        for _ in 0..<20_000 {
            consumeHeld(all: true)
            try deliver(all: true)
            try finishOne()
            if client.openStreamCount == 0, clientLink.isEmpty, serverLink.isEmpty, held.isEmpty {
                break
            }
        }
        try check()
        try hold(client.openStreamCount == 0 && server.openStreamCount == 0, "every call ends")
        for (stream, progress) in requests where !cancelled.contains(stream) {
            let isCut = answers[stream]?.isEnded == true
            try hold(progress.sent == progress.received || isCut, "requests of \(stream) arrive")
        }
        for (stream, progress) in answers where !cancelled.contains(stream) {
            try hold(progress.sent == progress.received, "answers of \(stream) arrive")
        }
        try hold(
            client.receiveTotal == 50_000 && server.receiveTotal == 50_000,
            "all credit comes back"
        )
    }

    private mutating func step() throws {
        switch Int.random(in: 0..<16, using: &generator) {
        case 0, 1: openCall()
        case 2, 3, 4, 5: sendRequest(isEnd: Int.random(in: 0..<6, using: &generator) == 0)
        case 6, 7, 8, 9: sendAnswer(isEnd: Int.random(in: 0..<6, using: &generator) == 0)
        case 10: if Int.random(in: 0..<6, using: &generator) == 0 { cancelOne() }
        case 11, 12: consumeHeld(all: false)
        default: try deliver(all: false)
        }
    }

    /// Limits that hold at every moment.
    private func check() throws {
        for side in [client, server] {
            try hold(side.failure == nil, "no failure: \(side.failure?.name ?? "")")
            try hold(side.sendCredit >= 0, "send credit is never negative")
            try hold(side.openStreamCount <= 8, "streams within the limit")
            try hold(side.receiveTotal <= 50_000, "nothing is granted twice")
            try hold(side.outputByteCount <= 50_000 + 2 * 65_536, "output is bounded")
        }
    }

    private mutating func message(_ stream: UInt32, _ number: UInt32) -> [UInt8] {
        var bytes = Frames.build { output in
            output.append(stream)
            output.append(number)
        }
        let most = [10, 500, 9_000].randomElement(using: &generator) ?? 10
        bytes += [UInt8](repeating: 3, count: Int.random(in: 0...most, using: &generator))
        return bytes
    }

    private mutating func openCall() {
        guard client.openStreamCount < 8 else { return }
        let kind = CallKind.allCases.randomElement(using: &generator) ?? .unary
        let next = requests.keys.max().map { $0 + 2 } ?? 1
        let credit = UInt32.random(in: 16_384...20_000, using: &generator)
        guard
            let stream = try? client.open(
                kind,
                body: message(next, 0),
                timeout: 60_000,
                responseCredit: credit
            )
        else { return }
        requests[stream.rawValue] = Progress(sent: 1, isEnded: !kind.clientStreams)
        kinds[stream.rawValue] = kind
    }

    private mutating func sendRequest(isEnd: Bool) {
        let open = client.core.openStreams.filter { requests[$0.rawValue]?.isEnded == false }
        guard let stream = open.randomElement(using: &generator) else { return }
        let number = requests[stream.rawValue]?.sent ?? 0
        guard (try? client.send(message(stream.rawValue, number), on: stream, isEnd: isEnd)) != nil
        else { return }
        requests[stream.rawValue]?.sent += 1
        requests[stream.rawValue]?.isEnded = isEnd
    }

    private mutating func sendAnswer(isEnd: Bool, on chosen: StreamID? = nil) {
        guard let stream = chosen ?? server.core.openStreams.randomElement(using: &generator) else {
            return
        }
        let progress = answers[stream.rawValue] ?? Progress()
        let isEnd = isEnd || kinds[stream.rawValue]?.serverStreams == false
        do throws(SendRefusal) {
            try server.send(message(stream.rawValue, progress.sent), on: stream, isEnd: isEnd)
            answers[stream.rawValue, default: progress].sent += 1
            answers[stream.rawValue]?.isEnded = isEnd
        } catch {
            if error == .cancelled { server.end(stream, .cancelled) }
        }
    }

    private mutating func cancelOne() {
        guard let stream = client.core.openStreams.randomElement(using: &generator) else { return }
        client.cancel(stream)
        cancelled.insert(stream.rawValue)
        requests[stream.rawValue]?.isEnded = true
    }

    private mutating func finishOne() throws {
        for stream in server.core.openStreams { sendAnswer(isEnd: true, on: stream) }
    }

    private mutating func consumeHeld(all: Bool) {
        while !held.isEmpty {
            let index = Int.random(in: 0..<held.count, using: &generator)
            let item = held.remove(at: index)
            let side = item.isServer ? server : client
            side.core.consumed(item.byteCount, on: item.stream)
            if !all { return }
        }
    }

    private mutating func deliver(all: Bool) throws {
        clientLink += client.takeOutput()
        serverLink += server.takeOutput()
        let most = all ? Int.max : Int.random(in: 1...30_000, using: &generator)
        let toServer = Array(clientLink.prefix(most))
        clientLink.removeFirst(toServer.count)
        let toClient = Array(serverLink.prefix(most))
        serverLink.removeFirst(toClient.count)
        try receive(toServer, at: server)
        try receive(toClient, at: client)
    }

    private mutating func receive(_ bytes: [UInt8], at side: Side) throws {
        let isServer = side === server
        var seen: [(StreamID, [UInt8])] = []
        side.react = { _, event, bytes in
            switch event {
            case .opened(let stream, let body, _), .data(let stream, let body, _):
                seen.append((stream, Array(bytes[body])))
            default: break
            }
        }
        side.receive(bytes)
        side.react = { _, _, _ in }
        for (stream, body) in seen where !body.isEmpty {
            held.append((isServer, stream, body.count))
            let named = try body.span.bytes.integer(UInt32.self, at: 0)
            let number = try body.span.bytes.integer(UInt32.self, at: 4)
            try hold(named == stream.rawValue, "a message belongs to its stream")
            let expected =
                (isServer ? requests : answers)[stream.rawValue]?.received ?? 0
            try hold(number == expected, "messages arrive in order")
            if isServer {
                requests[stream.rawValue]?.received += 1
            } else {
                answers[stream.rawValue]?.received += 1
            }
        }
    }
}
