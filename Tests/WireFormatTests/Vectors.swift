import Foundation
import TestSupport

@testable import WireFormat

/// The published vectors, `Shared/WireFormat/vectors.json`.
struct Vectors: Decodable {
    struct Accepted: Decodable, CustomStringConvertible {
        let name: String
        let hex: String
        let decoded: [String: Scalar]
        let reencodes: Bool?

        var bytes: [UInt8] { Hex.decode(hex) ?? [] }
        var fields: [String: String] { decoded.mapValues(\.text) }
        var description: String { name }
    }

    struct Refused: Decodable, CustomStringConvertible {
        let name: String
        let hex: String
        let error: String

        var bytes: [UInt8] { Hex.decode(hex) ?? [] }
        var description: String { name }
    }

    struct Group: Decodable {
        let accepted: [Accepted]
        let refused: [Refused]
    }

    /// A number or a string; both compare as text.
    struct Scalar: Decodable {
        let text: String

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let number = try? container.decode(Int64.self) {
                text = String(number)
            } else {
                text = try container.decode(String.self)
            }
        }
    }

    let prefaces: Group
    let frames: Group

    static let all: Vectors = {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Shared/WireFormat/vectors.json")
        do {
            return try JSONDecoder().decode(Vectors.self, from: Data(contentsOf: file))
        } catch {
            fatalError("vectors.json: \(error)")
        }
    }()
}

/// One frame as a stranger would read it: its fields as text, and how our encoder writes it again.
struct DecodedFrame {
    var fields: [String: String] = [:]
    var encoded: [UInt8] = []

    /// Reads the only frame in `bytes`.
    init(_ bytes: [UInt8]) throws(WireError) {
        let span = bytes.span.bytes
        guard let header = try FrameHeader.next(in: span, at: 0) else { throw .truncated }
        guard header.frameByteCount == bytes.count else { throw .trailingByte }
        fields["stream"] = String(header.stream.rawValue)
        fields["flags"] = String(header.flags.rawValue)
        let payload = FrameHeader.byteCount..<bytes.count
        var output = OutputBuffer()
        switch header.type {
        case .hello, .helloAck:
            try hello(span, payload, isAck: header.type == .helloAck, into: &output)
        case .auth:
            let token = try AuthPayload.token(decoding: span, in: payload)
            fields["type"] = "AUTH"
            fields["token"] = Hex.encode(bytes[token])
            AuthPayload.encodeFrame(token: span.extracting(token), into: &output)
        case .ping, .pong:
            let value = try ControlPayload.ping(decoding: span, in: payload)
            fields["type"] = header.type == .ping ? "PING" : "PONG"
            fields["opaque"] = Hex.encode(bytes[payload])
            ControlPayload.encodePing(value, isAnswer: header.type == .pong, into: &output)
        case .goAway:
            let value = try GoAwayPayload(decoding: span, in: payload)
            fields["type"] = "GOAWAY"
            fields["lastAccepted"] = String(value.lastAccepted.rawValue)
            fields["reason"] = String(value.reason.rawValue)
            fields["drain"] = String(value.drainMilliseconds)
            value.encodeFrame(into: &output)
        case .credit:
            let value = try ControlPayload.credit(decoding: span, in: payload)
            fields["type"] = "CREDIT"
            fields["bytes"] = String(value)
            ControlPayload.encodeCredit(value, on: header.stream, into: &output)
        case .open:
            try open(span, header, bytes, into: &output)
        case .data:
            guard !payload.isEmpty || header.flags.contains(.end) else { throw .emptyData }
            fields["type"] = "DATA"
            fields["body"] = Hex.encode(bytes[payload])
            output.appendFrame(
                .data,
                flags: header.flags,
                on: header.stream,
                payload: span.extracting(payload)
            )
        case .status:
            try status(span, header, bytes, into: &output)
        case .cancel:
            let code = try ControlPayload.cancel(decoding: span, in: payload)
            fields["type"] = "CANCEL"
            fields["code"] = String(code.rawValue)
            ControlPayload.encodeCancel(code, on: header.stream, into: &output)
        default:
            fields["type"] = "skipped"
        }
        encoded = output.array()
    }

    private mutating func hello(
        _ span: RawSpan,
        _ payload: Range<Int>,
        isAck: Bool,
        into output: inout OutputBuffer
    ) throws(WireError) {
        let value = try Hello(decoding: span, in: payload, isAck: isAck)
        fields["type"] = isAck ? "HELLO_ACK" : "HELLO"
        fields["agent"] = value.agent
        fields["version"] = value.version.map { String($0) }
        fields["maximumPayload"] = value.maximumPayload.map { String($0) }
        fields["connectionCredit"] = value.connectionCredit.map { String($0) }
        fields["streamCredit"] = value.streamCredit.map { String($0) }
        fields["streams"] = value.streams.map { String($0) }
        fields["keepAlive"] = value.keepAliveMilliseconds.map { String($0) }
        fields["features"] = value.features.map { String($0) }
        fields["serverTime"] = value.serverTimeMicroseconds.map { String($0) }
        fields["instance"] = value.instance.map { hexadecimal($0, digits: 32) }
        fields["environment"] = value.environment.map { String($0) }
        let token = try value.token.map { range throws(WireError) in try span.array(range) } ?? []
        if value.token != nil { fields["token"] = Hex.encode(token) }
        value.encodeFrame(isAck: isAck, token: token.span.bytes, into: &output)
    }

    private mutating func open(
        _ span: RawSpan,
        _ header: FrameHeader,
        _ bytes: [UInt8],
        into output: inout OutputBuffer
    ) throws(WireError) {
        let open = try OpenPayload(decoding: span, at: FrameHeader.byteCount, header: header)
        let call = open.call
        fields["type"] = "OPEN"
        fields["service"] = String(call.service)
        fields["method"] = String(call.method)
        fields["timeout"] = String(call.timeoutMilliseconds)
        fields["traceID"] = hexadecimal(call.traceID, digits: 32)
        fields["parentSpanID"] = hexadecimal(UInt128(call.parentSpanID), digits: 16)
        fields["traceFlags"] = String(call.traceFlags)
        fields["kind"] = String(call.kind.rawValue)
        fields["criticality"] = String(call.criticality.rawValue)
        fields["attempt"] = String(call.attempt)
        fields["responseCredit"] = String(call.responseCredit)
        fields["tenant"] = String(call.tenant)
        fields["idempotencyKey"] = hexadecimal(call.idempotencyKey, digits: 32)
        fields["body"] = Hex.encode(bytes[open.body])
        fields["callerToken"] = open.extensions.callerToken.map { Hex.encode(bytes[$0]) }
        fields["shardEpoch"] = open.extensions.shardEpoch.map { String($0) }
        fields["unknownCritical"] = open.extensions.hasUnknownCritical ? "1" : nil
        let start = output.beginFrame(.open, flags: header.flags, on: header.stream)
        call.encode(into: &output)
        let extensionStart = output.byteCount
        OpenExtensions.encode(
            callerToken: span.extracting(open.extensions.callerToken ?? 0..<0),
            shardEpoch: open.extensions.shardEpoch,
            into: &output
        )
        let extensionLength = output.byteCount - extensionStart
        output.append(span.extracting(open.body))
        output.endFrame(start, extensionLength: extensionLength)
    }

    private mutating func status(
        _ span: RawSpan,
        _ header: FrameHeader,
        _ bytes: [UInt8],
        into output: inout OutputBuffer
    ) throws(WireError) {
        var details = 0..<0
        let status = try StatusPayload(
            decoding: span,
            at: FrameHeader.byteCount,
            header: header,
            details: &details
        )
        fields["type"] = "STATUS"
        fields["code"] = String(status.code.rawValue)
        fields["subCode"] = String(status.subCode)
        fields["retryAfter"] = String(status.retryAfterMilliseconds)
        fields["text"] = status.text
        fields["details"] = Hex.encode(bytes[details])
        status.encodeFrame(on: header.stream, details: span.extracting(details), into: &output)
    }
}

private func hexadecimal(_ value: UInt128, digits: Int) -> String {
    let text = String(value, radix: 16)
    return String(repeating: "0", count: digits - text.count) + text
}
