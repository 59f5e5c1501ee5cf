internal import CZlib

/// Compresses complete bodies (RFC 1952) with one zlib state that is used again and again.
///
/// The state takes 256 KiB, so there is one for each event loop, not for each connection.
@safe
final class GzipCompressor {
    // Safe: `stream` is initialised by `init`, freed by `deinit`, and never leaves this object; zlib keeps a
    // pointer to it, so it lives in memory of its own.
    private let stream: UnsafeMutablePointer<z_stream>

    /// Level 4 of 9: on our JSON it gains all but a few percent of what level 6 does for half the time.
    static let level: Int32 = 4
    /// 15 bits of window, and 16 for the gzip format.
    private static let windowBits: Int32 = 15 + 16
    private static let memoryLevel: Int32 = 8

    /// A compressor; `nil` where zlib has no memory for it.
    // Safe: the stream is initialised before zlib sees it, and given back where zlib refuses it.
    init?() {
        unsafe stream = .allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        let status = unsafe deflateInit2_(
            stream,
            Self.level,
            Z_DEFLATED,
            Self.windowBits,
            Self.memoryLevel,
            Z_DEFAULT_STRATEGY,
            ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size)
        )
        guard status == Z_OK else {
            unsafe stream.deallocate()
            return nil
        }
    }

    // Safe: nothing refers to the stream any more.
    deinit {
        unsafe deflateEnd(stream)
        unsafe stream.deallocate()
    }

    /// `body` compressed; `nil` where that would not make it smaller.
    ///
    /// - Parameter body: At most 2^31 bytes; the caller's bound is far below.
    func compress(_ body: [UInt8]) -> [UInt8]? {
        guard body.count > 0, let available = UInt32(exactly: body.count),
            unsafe deflateReset(stream) == Z_OK
        else { return nil }
        var isComplete = false
        // Safe: zlib reads `body.count` and writes at most `body.count - 1` bytes within both closures.
        let compressed = unsafe [UInt8](unsafeUninitializedCapacity: body.count) { output, count in
            unsafe body.withUnsafeBufferPointer { input in
                unsafe stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
                unsafe stream.pointee.avail_in = available
                unsafe stream.pointee.next_out = output.baseAddress
                unsafe stream.pointee.avail_out = available - 1
                isComplete = unsafe deflate(stream, Z_FINISH) == Z_STREAM_END
                count = isComplete ? unsafe Int(available - 1 - stream.pointee.avail_out) : 0
                unsafe stream.pointee.next_in = nil
                unsafe stream.pointee.next_out = nil
            }
        }
        return isComplete ? compressed : nil
    }
}

/// Whether a client takes gzip, and whether a body is worth it.
enum GzipPolicy {
    /// Smaller bodies gain less than a packet.
    static let byteCountMin = 1024
    /// Larger bodies would hold the loop: 1 MiB takes about 10 ms.
    static let byteCountMax = 1024 * 1024

    /// Whether `value` of Accept-Encoding allows gzip: named, or `*`, with a weight above 0 (RFC 9110
    /// section 12.5.3).
    static func accepts(_ value: ArraySlice<UInt8>) -> Bool {
        var byStar = false
        for item in value.split(separator: UInt8(ascii: ",")) {
            let parts = item.split(separator: UInt8(ascii: ";"))
            guard let first = parts.first else { continue }
            let coding = String(decoding: first, as: UTF8.self).filter { $0 != " " && $0 != "\t" }
            let isRefused = parts.dropFirst().contains { parameter in
                let text = parameter.filter { !Octet.isBlank($0) }.map(Octet.lowercased)
                guard text.starts(with: "q=0".utf8) else { return false }
                return text.dropFirst(3).allSatisfy {
                    $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "0")
                }
            }
            if coding.lowercased() == "gzip" { return !isRefused }
            if coding == "*" { byStar = !isRefused }
        }
        return byStar
    }

    /// Whether a body of this type shrinks: text, JSON, XML and scripts do.
    static func isCompressible(_ contentType: String) -> Bool {
        contentType.hasPrefix("text/") || contentType.contains("json")
            || contentType.contains("xml") || contentType.contains("javascript")
    }
}
