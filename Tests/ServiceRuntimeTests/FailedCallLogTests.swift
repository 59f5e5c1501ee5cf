import Delivery
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

@testable import Calls

private struct LineSink: LogSink {
    let lines: Recorder<String>

    func write(_ line: [UInt8]) { lines.append(String(decoding: line, as: UTF8.self)) }
}

@Suite("FailedCallLog", .timeLimit(.minutes(1)))
struct FailedCallLogTests {
    let lines = Recorder<String>()

    private func logger(_ level: LogLevel) -> Logger {
        Logger(service: "payments", level: level, sink: LineSink(lines: lines))
    }

    private static func call(_ code: StatusCode, isDraining: Bool = false) -> FailedCall {
        var block = CallBlock(service: 4, method: 999, timeoutMilliseconds: 1000)
        block.traceID = 0xABC
        block.parentSpanID = 0xDEF
        block.idempotencyKey = 5
        return FailedCall(
            block,
            nil,
            of: .service(.dispatch),
            CallError(code, "a reason", subCode: 7),
            isDraining: isDraining
        )
    }

    private static let second: UInt64 = 1_000_000_000

    @Test("a line says which call failed, why, and to which trace and command it belongs")
    func line() throws {
        FailedCallLog(logger(.info)).note(Self.call(.internal), at: Instant(nanoseconds: 0))
        let line = try #require(lines.elements.first)
        for part in [
            #""level":"warning""#, #""trace":"00000000000000000000000000000abc""#,
            #""span":"0000000000000def""#, #""calls.service":"payments""#,
            #""calls.method":"999""#, #""calls.peer":"dispatch""#, #""calls.status":"internal""#,
            #""calls.sub_code":7"#, #""runtime.reason":"a reason""#,
            #""delivery.key":"\#(IdempotencyKey(bits: 5))""#,
        ] {
            #expect(line.contains(part), "\(part) in \(line)")
        }
    }

    @Test(
        "what is ours to mend is a warning; a caller's mistake, and a stop of ours, are for debug",
        arguments: [
            (StatusCode.internal, false, "warning"), (.unavailable, false, "warning"),
            (.resourceExhausted, false, "warning"), (.deadlineExceeded, false, "warning"),
            (.notFound, false, "debug"), (.invalidArgument, false, "debug"),
            (.permissionDenied, false, "debug"), (.cancelled, false, "debug"),
            (.unavailable, true, "debug"),
        ]
    )
    func levels(code: StatusCode, isDraining: Bool, level: String) {
        let log = FailedCallLog(logger(.debug))
        log.note(Self.call(code, isDraining: isDraining), at: Instant(nanoseconds: 0))
        #expect(lines.elements.first?.contains("\"level\":\"\(level)\"") == true)
    }

    @Test("a flood writes so many lines a second, and the next line tells of those left out")
    func flood() {
        let log = FailedCallLog(logger(.debug))
        let most = FailedCallLog.linesPerSecondMax
        for _ in 0..<most + 5 { log.note(Self.call(.internal), at: Instant(nanoseconds: 1)) }
        #expect(lines.elements.count == most)
        // The callers' mistakes have a share of their own.
        log.note(Self.call(.notFound), at: Instant(nanoseconds: 1))
        #expect(lines.elements.count == most + 1)
        log.note(Self.call(.internal), at: Instant(nanoseconds: Self.second))
        #expect(lines.elements.count == most + 1, "the second is not over")
        log.note(Self.call(.internal), at: Instant(nanoseconds: Self.second + 1))
        #expect(lines.elements.last?.contains("\"calls.lines_left_out\":6") == true)
        log.note(Self.call(.internal), at: Instant(nanoseconds: Self.second + 1))
        #expect(lines.elements.last?.contains("lines_left_out") == false)
        #expect(lines.elements.count == most + 3)
    }

    @Test("each attempt at an outbox's entry is a trace of its own, which both sides log")
    func courier() async throws {
        let rig = try CallRig()
        let failed = Recorder<FailedCall>()
        let client = await rig.loop.submit {
            let server = rig.serve(at: "payments") { routes in
                routes.unaryBytes(PaymentsMethods.capture) { (_, _) async throws(CallError) in
                    throw CallError(.internal, "a fault")
                }
            }
            server.onFailedCall = { failed.append($0) }
            return rig.client(["payments"], as: "dispatch")
        }
        await rig.until { client.readyCount > 0 }
        let courier = CallCourier([.payments: client], traces: DeliveryTraces(logger(.debug)))
        let entry = LinkTests.entry(5)
        for _ in 0..<2 { _ = await courier.deliver(entry) }

        let traces = failed.elements.compactMap {
            TraceContext(traceID: $0.traceID, spanID: $0.spanID)?.traceIDText
        }
        #expect(traces.count == 2)
        #expect(Set(traces).count == 2)
        #expect(failed.elements.allSatisfy { $0.key == entry.command.key })
        for (trace, line) in zip(traces, lines.elements) {
            #expect(line.contains("\"trace\":\"\(trace)\""))
            #expect(line.contains("\"delivery.key\":\"\(entry.command.key)\""))
        }
        #expect(lines.elements.count == 2)
        rig.stop()
    }
}
