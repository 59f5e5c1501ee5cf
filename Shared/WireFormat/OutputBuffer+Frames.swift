extension OutputBuffer {
    /// Appends a header whose length and checksum are still zero.
    ///
    /// - Returns: Where the frame begins: for `endFrame`.
    public mutating func beginFrame(
        _ type: FrameType,
        flags: FrameFlags = [],
        on stream: StreamID = .connection
    ) -> Int {
        let start = byteCount
        append(UInt32(0))
        append(UInt32(type.rawValue) | UInt32(flags.rawValue) << 8)
        append(UInt64(stream.rawValue))
        return start
    }

    /// Completes the frame that begins at `start`: everything appended since is its payload.
    ///
    /// - Parameters:
    ///   - start: What `beginFrame` returned.
    ///   - extensionLength: Bytes of tagged fields within the payload.
    public mutating func endFrame(_ start: Int, extensionLength: Int = 0) {
        let payloadLength = byteCount - start - FrameHeader.byteCount
        precondition(
            payloadLength >= 0 && payloadLength <= FrameHeader.maximumPayload,
            "a frame carries at most 64 KiB"
        )
        precondition(extensionLength <= payloadLength, "extensions lie within the payload")
        overwrite(at: start, with: UInt32(payloadLength))
        overwrite(at: start + 6, with: UInt16(extensionLength))
        let checksum = withBytes(from: start) { frame in
            CRC32C.checksum(
                ofHeader: frame.extracting(0..<12),
                payload: frame.extracting(FrameHeader.byteCount..<frame.byteCount)
            )
        }
        overwrite(at: start + 12, with: checksum)
    }

    /// Appends a whole frame.
    public mutating func appendFrame(
        _ type: FrameType,
        flags: FrameFlags = [],
        on stream: StreamID = .connection,
        payload: RawSpan
    ) {
        let start = beginFrame(type, flags: flags, on: stream)
        append(payload)
        endFrame(start)
    }
}
