import WireFormat

extension FuzzTarget {
    /// The frame decoder and the payloads: what is accepted is written and read again as the same.
    static let frames = FuzzTarget(
        name: "frames",
        corpus: { $0 },
        run: { input throws(FuzzFinding) in
            let bytes = FrameRepair.repaired(input)
            let span = bytes.span.bytes
            var offset = 0
            while true {
                let header: FrameHeader?
                do throws(WireError) {
                    header = try FrameHeader.next(in: span, at: offset)
                } catch {
                    return
                }
                guard let header else { return }
                let end = offset + header.frameByteCount
                try hold(end <= bytes.count, "a frame lies within the input")
                try checkPayload(header, span, at: offset + FrameHeader.byteCount)
                offset = end
            }
        },
        // Behind checksum, type and stream checks.
        isCanary: { input in
            let bytes = FrameRepair.repaired(input)
            guard let header = try? FrameHeader.next(in: bytes.span.bytes, at: 0) else {
                return false
            }
            return header.type == .cancel && bytes.count > 16 && bytes[16] > 0xE0
        }
    )

    /// Reads a payload; where that works, the written form must read the same.
    private static func checkPayload(
        _ header: FrameHeader,
        _ bytes: RawSpan,
        at offset: Int
    ) throws(FuzzFinding) {
        let range = offset..<(offset + header.payloadLength)
        var output = OutputBuffer()
        switch header.type {
        case .hello, .helloAck:
            let isAck = header.type == .helloAck
            guard let hello = try? Hello(decoding: bytes, in: range, isAck: isAck) else { return }
            let token = bytes.extracting(hello.token ?? 0..<0)
            hello.encodeFrame(isAck: isAck, token: token, into: &output)
            var again = try reread(output, isAck: isAck)
            try hold(again.token?.count == hello.token?.count, "the token has its length")
            again.token = hello.token
            try hold(again == hello, "HELLO reads as it was written")
        case .open:
            guard let open = try? OpenPayload(decoding: bytes, at: offset, header: header) else {
                return
            }
            try hold(open.body.upperBound == range.upperBound, "the body ends with the payload")
            open.call.encode(into: &output)
            let written = output.array()
            let again = try? CallBlock(decoding: written.span.bytes, at: 0)
            try hold(again == open.call, "a call block reads as it was written")
        case .status:
            var details = 0..<0
            let status = try? StatusPayload(
                decoding: bytes,
                at: offset,
                header: header,
                details: &details
            )
            guard let status else { return }
            try hold(details.upperBound == range.upperBound, "details end with the payload")
            try hold(status.text.utf8.count <= StatusPayload.textMaximum, "text is short")
        case .goAway: _ = try? GoAwayPayload(decoding: bytes, in: range)
        case .credit: _ = try? ControlPayload.credit(decoding: bytes, in: range)
        case .cancel: _ = try? ControlPayload.cancel(decoding: bytes, in: range)
        case .ping, .pong: _ = try? ControlPayload.ping(decoding: bytes, in: range)
        case .auth: _ = try? AuthPayload.token(decoding: bytes, in: range)
        default: break
        }
    }

    private static func reread(
        _ output: borrowing OutputBuffer,
        isAck: Bool
    ) throws(FuzzFinding) -> Hello {
        let written = output.array()
        guard
            let hello = try? Hello(
                decoding: written.span.bytes,
                in: FrameHeader.byteCount..<written.count,
                isAck: isAck
            )
        else { throw FuzzFinding(sentence: "what was written is refused") }
        return hello
    }
}

/// Gives frames in fuzzed input their right checksums, so that the fuzzer gets past byte 12.
enum FrameRepair {
    /// `bytes` with the checksum of each complete frame corrected.
    static func repaired(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        var offset = 0
        while let length = try? bytes.span.bytes.integer(UInt32.self, at: offset),
            length <= UInt32(FrameHeader.maximumPayload),
            offset + FrameHeader.byteCount + Int(length) <= bytes.count
        {
            let end = offset + FrameHeader.byteCount + Int(length)
            let checksum = CRC32C.checksum(
                of: bytes.span.bytes.extracting((offset + FrameHeader.byteCount)..<end),
                continuing: CRC32C.checksum(of: bytes.span.bytes.extracting(offset..<(offset + 12)))
            )
            for index in 0..<4 {
                bytes[offset + 12 + index] = UInt8(truncatingIfNeeded: checksum >> (8 * index))
            }
            offset = end
        }
        return bytes
    }
}
