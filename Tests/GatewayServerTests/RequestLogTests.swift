import Calls
import Foundation
import HTTPClient
import LinkSupport
import Messages
import Model
import Reactor
import ServiceRuntime
import Telemetry
import TestSupport
import Testing
import Timekeeping
import WireFormat

@testable import GatewayServer

/// Keeps the lines of the programs that share it.
struct RecordingSink: LogSink {
    let lines = Recorder<String>()

    func write(_ line: [UInt8]) { lines.append(String(decoding: line, as: UTF8.self)) }

    func logger(of service: String, _ level: LogLevel = .info) -> Logger {
        Logger(service: service, level: level, sink: self)
    }

    /// The fields of the lines of `service` that say `message`.
    func find(_ message: String, of service: String) -> [[String: Any]] {
        lines.elements
            .compactMap { try? JSONSerialization.jsonObject(with: Data($0.utf8)) }
            .compactMap { $0 as? [String: Any] }
            .filter { $0["message"] as? String == message && $0["service"] as? String == service }
    }
}

/// A program of its own where dispatch would be, whose quotes fail as told.
private struct FailingDispatch {
    private struct AnyCaller: CallerVerifier {
        func verify(
            _ token: [UInt8],
            for service: RegistryService,
            now: WallTime
        ) throws(CallError) -> CallerToken {
            CallerToken.with { $0.tenant = TenantID(7) }
        }
    }

    private let program: ServiceProgram
    private let port: CallPort
    let address: SocketAddress

    init(_ error: CallError, _ logger: Logger) async throws {
        program = try ServiceProgram.test(
            .dispatch,
            [
                "NEXORS_ENVIRONMENT": "test", "NEXORS_LISTEN": "127.0.0.1:0",
                "NEXORS_DATABASE_URL": "sqlite:/nowhere",
            ],
            logger: logger
        )
        var routes = CallRoutes()
        routes.unary(DispatchMethods.quote) { (_, _) async throws(CallError) in throw error }
        port = CallPort(
            program,
            security: .plain(own: .dispatch),
            routes: routes,
            callers: AnyCaller()
        )
        try await port.start()
        address = try #require(port.address)
    }

    func stop() async {
        await port.stop(within: .zero)
        program.loops.stop()
    }
}

@Suite("Log lines about requests", .timeLimit(.minutes(3)))
struct RequestLogTests {
    static let trace = "4bf92f3577b34da6a3ce929d0e0e4736"

    @Test(
        "a failed request is found by its trace in both programs' logs, and by the id in its answer",
        arguments: [
            (CallError(.internal, "a fault", subCode: 3), 500, LogLevel.info, "warning"),
            (CallError(.resourceExhausted, "full", subCode: 3), 503, .info, "warning"),
            (CallError(.invalidArgument, "wrong", subCode: 3), 422, .debug, "debug"),
        ]
    )
    func found(error: CallError, status: Int, level: LogLevel, told: String) async throws {
        let sink = RecordingSink()
        let dispatch = try await FailingDispatch(error, sink.logger(of: "dispatch", level))
        let settings = ["NEXORS_DISPATCH_ENDPOINTS": "\(dispatch.address)"]
        try await withRig(settings, logger: sink.logger(of: "gateway", level)) { rig in
            let key = try #require(try await rig.provision()["agency"])
            let answer = try await rig.send(
                .post,
                "/v1/quotes",
                key: key,
                fields: [
                    ("traceparent", "00-\(Self.trace)-00f067aa0ba902b7-01"),
                    ("X-Request-Id", "ticket-1"),
                ],
                body: GatewayRig.quoteBody
            )
            #expect(answer.status == status)
            #expect(answer.json["request_id"] as? String == "ticket-1")

            let ours = sink.find("a call failed", of: "gateway")
                .filter { $0["trace"] as? String == Self.trace }
            #expect(!ours.isEmpty)
            for line in ours {
                #expect(line["gateway.request_id"] as? String == "ticket-1")
                #expect(line["gateway.peer"] as? String == "dispatch")
                #expect(line["level"] as? String == told)
            }

            let theirs = sink.find("a call failed", of: "dispatch")
                .filter { $0["trace"] as? String == Self.trace }
            #expect(!theirs.isEmpty)
            for line in theirs {
                #expect(line["calls.service"] as? String == "dispatch")
                #expect(line["calls.method"] as? String == "quote")
                #expect(line["calls.peer"] as? String == "gateway")
                #expect(line["calls.status"] as? String == "\(error.code)")
                #expect(line["calls.sub_code"] as? Int == 3)
                #expect(line["level"] as? String == told)
                // The step of the gateway that called, which is not the partner's.
                #expect(line["span"] as? String == ours.first?["span"] as? String)
                #expect(line["span"] as? String != "00f067aa0ba902b7")
            }
        }
        await dispatch.stop()
    }
}
