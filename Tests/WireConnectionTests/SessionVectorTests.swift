import Foundation
import TestSupport
import Testing
import Timekeeping
import WireFormat

@testable import WireConnection

@Suite("Session vectors")
struct SessionVectorTests {
    struct Session: Decodable, CustomStringConvertible {
        struct GoAway: Decodable {
            let lastAccepted: UInt32
            let reason: UInt16
        }

        let name: String
        let receiver: String
        let handshake: String?
        let calls: String?
        let receives: [[Part]]
        let error: String
        let goAway: GoAway?

        var description: String { "\(receiver): \(name)" }
        var bytes: [UInt8] {
            receives.flatMap { part in
                Array(repeatElement(Hex.decode(part[0].text) ?? [], count: part[1].number).joined())
            }
        }
    }

    /// A hexadecimal string or a count.
    struct Part: Decodable {
        var text = ""
        var number = 0

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let value = try? container.decode(Int.self) {
                number = value
            } else {
                text = try container.decode(String.self)
            }
        }
    }

    struct File: Decodable {
        let sessions: [Session]
    }

    static let sessions: [Session] = {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Shared/WireFormat/vectors.json")
        do {
            return try JSONDecoder().decode(File.self, from: Data(contentsOf: file)).sessions
        } catch {
            fatalError("vectors.json: \(error)")
        }
    }()

    @Test("ends with the published error and GOAWAY", arguments: sessions)
    func ends(session: Session) throws {
        let side =
            session.receiver == "server"
            ? Side(server: Side.configuration) : Side(client: Side.configuration)
        side.consumes = false
        if session.receiver == "client" { _ = side.takeOutput() }
        if let handshake = session.handshake {
            side.receive(Hex.decode(handshake) ?? [])
            #expect(side.isUp)
        }
        if let calls = session.calls {
            let kind: CallKind = calls == "unary" ? .unary : .serverStream
            let call = CallBlock(
                service: 1,
                method: 1,
                kind: kind,
                timeoutMilliseconds: 1_000,
                responseCredit: 65_536
            )
            _ = try side.core.open(call, body: [1].span.bytes, now: .start)
        }
        if session.handshake != nil { _ = side.takeOutput() }
        side.receive(session.bytes)
        #expect(side.failure?.name == session.error)
        #expect(side.log.last == "failed")
        #expect(side.log.count(where: { $0 == "failed" }) == 1)
        let goAway = side.takeFrames().compactMap(\.goAway).first
        #expect(goAway?.lastAccepted.rawValue == session.goAway?.lastAccepted)
        #expect(goAway?.reason.rawValue == session.goAway?.reason)
    }
}
