import CZlib
import Testing
import Timekeeping

@testable import HTTP

@Suite("Compressed bodies")
struct GzipTests {
    /// Inflates with zlib itself; the room is known, since the test knows the body.
    private func inflated(_ bytes: [UInt8], byteCount: Int) -> [UInt8] {
        var stream = z_stream()
        guard inflateInit2_(&stream, 31, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
        else {
            return []
        }
        defer { inflateEnd(&stream) }
        var input = bytes
        return [UInt8](unsafeUninitializedCapacity: byteCount + 1) { output, count in
            input.withUnsafeMutableBufferPointer { input in
                stream.next_in = input.baseAddress
                stream.avail_in = UInt32(input.count)
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(byteCount + 1)
                count = inflate(&stream, Z_FINISH) == Z_STREAM_END ? Int(stream.total_out) : 0
            }
        }
    }

    @Test("bodies come back whole, one after another from one state")
    func roundTrip() throws {
        let compressor = try #require(GzipCompressor())
        for count in [100, 1024, 70_000] {
            let body = Array(String(repeating: #"{"id":"bk_1"},"#, count: count / 14 + 1).utf8)
            let compressed = try #require(compressor.compress(body))
            #expect(compressed.count < body.count)
            #expect(inflated(compressed, byteCount: body.count) == body)
        }
    }

    @Test("what does not shrink is left alone, and the state survives it")
    func incompressible() throws {
        let compressor = try #require(GzipCompressor())
        #expect(compressor.compress([]) == nil)
        #expect(compressor.compress([1]) == nil)
        #expect(compressor.compress(Array(0...255)) == nil)
        let body = Array(repeating: UInt8(7), count: 1000)
        #expect(inflated(try #require(compressor.compress(body)), byteCount: 1000) == body)
    }

    @Test(
        "a client's word on gzip is heard",
        arguments: [
            ("gzip", true), ("GZIP", true), ("br, gzip;q=0.5", true), ("*", true),
            ("identity", false),
            ("", false), ("gzip;q=0", false), ("gzip; q=0.00", false), ("*;q=0", false),
            ("gzip;q=0, *", false),
            ("*;q=0, gzip", true), ("gzipped", false), (", ,", false), ("gzip;q=0.001", true),
        ]
    )
    func accepts(value: String, expected: Bool) {
        #expect(GzipPolicy.accepts(Array(value.utf8)[...]) == expected)
    }
}

@Suite("Server-sent events")
struct ServerSentEventTests {
    private func text(_ event: ServerSentEvent) -> String {
        var output: [UInt8] = []
        event.append(to: &output)
        return String(decoding: output, as: UTF8.self)
    }

    @Test("an event has its fields, one line of data for each line")
    func fields() {
        let event = ServerSentEvent(
            id: "7",
            name: "position",
            data: Array("a\nb\r\nc\rd".utf8),
            retry: .milliseconds(1500)
        )
        #expect(
            text(event)
                == "event: position\nid: 7\nretry: 1500\ndata: a\ndata: b\ndata: c\ndata: d\n\n"
        )
        #expect(text(ServerSentEvent(data: [])) == "data: \n\n")
    }

    @Test("a line end in id or name cannot start another field")
    func injection() {
        let event = ServerSentEvent(id: "1\ndata: x", name: "a\r\n\r\nb", data: Array("y".utf8))
        #expect(text(event) == "event: a\nid: 1\ndata: y\n\n")
    }
}

@Suite("Heads of responses")
struct ResponseEncoderTests {
    private func head(
        _ response: HTTPResponse,
        _ framing: ResponseEncoder.Framing,
        closes: Bool = false
    ) -> String {
        var encoder = ResponseEncoder()
        var output: [UInt8] = []
        encoder.appendHead(
            of: response,
            framing: framing,
            closes: closes,
            at: WallTime(secondsSinceEpoch: 784_111_777),
            to: &output
        )
        return String(decoding: output, as: UTF8.self)
    }

    private let date = "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"

    @Test("a head has status, date, type, length and its own fields")
    func plain() {
        var response = HTTPResponse.json(Array("{}".utf8), status: .created)
        response.fields = [ResponseField(.location, "/v1/x\r\nEvil: 1")]
        #expect(
            head(response, .length(2), closes: true)
                == "HTTP/1.1 201 Created\r\n\(date)Content-Type: application/json\r\nContent-Length: 2\r\n"
                + "Location: /v1/x  Evil: 1\r\nConnection: close\r\n\r\n"
        )
    }

    @Test("each framing says how the body ends")
    func framings() {
        let response = HTTPResponse(HTTPStatus(code: 299), contentType: "a/b")
        #expect(
            head(response, .chunked)
                == "HTTP/1.1 299 Success\r\n\(date)Content-Type: a/b\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        #expect(head(response, .none) == "HTTP/1.1 299 Success\r\n\(date)\r\n")
        #expect(
            head(response, .length(0)) == "HTTP/1.1 299 Success\r\n\(date)Content-Length: 0\r\n\r\n"
        )
        #expect(
            head(response, .untilClose)
                == "HTTP/1.1 299 Success\r\n\(date)Content-Type: a/b\r\n\r\n"
        )
    }

    @Test("the date line changes with the second, not before")
    func dateLine() {
        var encoder = ResponseEncoder()
        func line(_ microseconds: Int64) -> String {
            var output: [UInt8] = []
            encoder.appendHead(
                of: HTTPResponse(.noContent),
                framing: .none,
                closes: false,
                at: WallTime(microseconds: microseconds),
                to: &output
            )
            return String(decoding: output, as: UTF8.self)
        }
        #expect(line(1_000_000) == line(1_999_999))
        #expect(line(2_000_000) != line(1_999_999))
    }
}
