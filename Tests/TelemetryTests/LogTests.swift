import Foundation
import Synchronization
import TestSupport
import Testing
import Timekeeping

@testable import Telemetry

/// Keeps lines for a test.
final class LineRecorder: LogSink {
    let lines = Recorder<[UInt8]>()

    func write(_ line: [UInt8]) { lines.append(line) }

    /// The lines as JSON objects; a line that is none fails the test.
    func objects() throws -> [[String: Any]] {
        try lines.elements.map { line in
            #expect(line.last == UInt8(ascii: "\n"))
            #expect(line.count { $0 == UInt8(ascii: "\n") } == 1)
            #expect(line.count <= LogLine.byteCountMax)
            let object = try JSONSerialization.jsonObject(with: Data(line))
            return try #require(object as? [String: Any])
        }
    }
}

enum SampleLog {
    static let trip = LogKey<String>("sample.trip")
    static let count = LogKey<Int>("sample.count")
    static let wait = LogKey<Duration>("sample.wait")
    static let ratio = LogKey<Double>("sample.ratio")
    static let isLate = LogKey<Bool>("sample.late")
}

@Suite("Logger")
struct LogTests {
    private let recorder = LineRecorder()

    private func logger(_ level: LogLevel) -> Logger {
        // 2026-05-28T20:26:40Z.
        let time = ManualTimeSource(wallTime: WallTime(microseconds: 1_780_000_000_012_345))
        return Logger(service: "dispatch", level: level, sink: recorder, time: time)
    }

    @Test("a line holds time, level, service, message and fields")
    func line() throws {
        logger(.info).info(
            "trip assigned",
            [
                SampleLog.trip("trp_1"), SampleLog.count(-3),
                SampleLog.wait(.microseconds(1_250_000)),
                SampleLog.ratio(0.5), SampleLog.isLate(true),
            ]
        )
        let text = String(decoding: try #require(recorder.lines.elements.first), as: UTF8.self)
        #expect(
            text == #"{"time":"2026-05-28T20:26:40.012345Z","level":"info","service":"dispatch","#
                + #""message":"trip assigned","sample.trip":"trp_1","sample.count":-3,"#
                + #""sample.wait":1.250000000,"sample.ratio":0.5,"sample.late":true}"# + "\n"
        )
    }

    @Test("what lies below the level is neither written nor made")
    func levels() {
        let logger = logger(.warning)
        var madeCount = 0
        func fields() -> [LogField] {
            madeCount += 1
            return []
        }
        logger.trace("a", fields())
        logger.debug("a", fields())
        logger.info("a", fields())
        #expect(madeCount == 0)
        logger.warning("a", fields())
        logger.error("a", fields())
        #expect(madeCount == 2)
        #expect(logger.with(nil).level == .warning)
        #expect(recorder.lines.elements.count == 2)
    }

    @Test("trace and span ids are on the lines of a request")
    func trace() throws {
        let context = try #require(TraceContext(traceID: 0xABC, spanID: 0x12))
        logger(.info).with(context).info("x")
        let object = try #require(recorder.objects().first)
        #expect(object["trace"] as? String == "00000000000000000000000000000abc")
        #expect(object["span"] as? String == "0000000000000012")
    }

    @Test("anything that a text can hold stays one line of valid JSON")
    func escaping() throws {
        let nasty = "\"\\\n\r\t\u{0}\u{1F}\u{7F}\u{2028}é🚕</script>"
        logger(.info).info(
            "x",
            [SampleLog.trip(nasty), SampleLog.ratio(.nan), SampleLog.ratio(-.infinity)]
        )
        let object = try #require(recorder.objects().first)
        #expect(object["sample.trip"] as? String == nasty)
        #expect(object["sample.ratio"] is String)
    }

    @Test(
        "a long text is cut between characters, a long line loses its last fields, and both say so"
    )
    func truncation() throws {
        let exact = String(repeating: "x", count: LogLine.valueByteCountMax)
        logger(.info).info("x", [SampleLog.trip(exact)])
        logger(.info).info("x", [SampleLog.trip("y" + String(repeating: "é", count: 2000))])
        let quotes = String(repeating: "\"", count: LogLine.valueByteCountMax)
        logger(.info).info("x", Array(repeating: SampleLog.trip(quotes), count: 20))
        let objects = try recorder.objects()
        #expect(objects[0]["sample.trip"] as? String == exact)
        #expect(objects[0]["truncated"] == nil)
        // 1 + 2 x 511 bytes: the 512th é would end at byte 1025.
        #expect((objects[1]["sample.trip"] as? String)?.utf8.count == 1023)
        #expect(objects[1]["truncated"] as? Bool == true)
        #expect(objects[2]["truncated"] as? Bool == true)
    }

    @Test("no text makes a line too long or invalid")
    func property() throws {
        try forAll(seed: 61, count: 300) { generator in
            let scalars = (0..<Int.random(in: 0...1500, using: &generator)).compactMap { _ in
                Unicode.Scalar(UInt32.random(in: 0...0x1_1000, using: &generator))
            }
            var text = String.UnicodeScalarView()
            text.append(contentsOf: scalars)
            let recorder = LineRecorder()
            let fields = Array(
                repeating: SampleLog.trip(String(text)),
                count: Int.random(in: 0...6, using: &generator)
            )
            Logger(service: "s", level: .trace, sink: recorder).info("x", fields)
            let objects = try recorder.objects()
            try hold(objects.count == 1, "one line")
        }
    }
}

@Suite("TraceContext")
struct TraceContextTests {
    private let text = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

    @Test("reads and writes a traceparent header")
    func roundTrip() throws {
        let context = try #require(TraceContext(traceparent: text))
        #expect(context.traceparent == text)
        #expect(context.spanID == 0x00f0_67aa_0ba9_02b7)
        #expect(context.flags == 1)
    }

    @Test(
        "anything else is refused",
        arguments: [
            "", "00", "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0",
            "00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01",
        ]
    )
    func refused(header: String) {
        #expect(TraceContext(traceparent: header) == nil)
    }

    @Test("a later version is read by its first fields")
    func laterVersion() {
        #expect(TraceContext(traceparent: "01" + text.dropFirst(2) + "-more") != nil)
    }

    @Test("a child keeps the trace and has a span of its own")
    func child() {
        var generator = SeededGenerator(seed: 1)
        let parent = TraceContext(using: &generator)
        let child = parent.child(using: &generator)
        #expect(child.traceID == parent.traceID)
        #expect(child.spanID != parent.spanID)
    }
}
