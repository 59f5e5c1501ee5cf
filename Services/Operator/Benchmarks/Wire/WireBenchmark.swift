internal import Glibc
internal import Messages
internal import Model
internal import Timekeeping
internal import WireFormat

/// The codecs, called from another module as every service does.
package struct WireBenchmark: Benchmark {
    package let name = "wire"
    package let summary = "location records and unary messages, encoded and decoded"

    /// The benchmark; it needs no program.
    package init() {}

    package func run(_ context: BenchmarkContext) async throws -> [BenchmarkResult] {
        context.progress("wire: location records")
        let decode = try await context.median { try Self.decodeRecords() }
        let encode = try await context.median { try Self.encodeRecords() }
        context.progress("wire: unary messages")
        let quote = try await context.median { try Self.quoteRequests() }
        return [
            BenchmarkResult(
                bench: name,
                metric: "location record, decode and check",
                value: decode,
                unit: "ns"
            ),
            BenchmarkResult(
                bench: name,
                metric: "location record, encode",
                value: encode,
                unit: "ns"
            ),
            BenchmarkResult(
                bench: name,
                metric: "location record, decode + encode",
                value: decode + encode,
                unit: "ns",
                target: .atMost(5)
            ),
            BenchmarkResult(
                bench: name,
                metric: "unary message (QuoteRequest), encode + decode",
                value: quote,
                unit: "ns",
                target: .atMost(150)
            ),
        ] + (try readers(context))
    }

    /// The readers called from here beside the readers called within their module, the same loops.
    ///
    /// A tenth is left for how the two loops happen to lie in memory; what is guarded against, a call for each field
    /// instead of its inlined code, costs several times.
    private func readers(_ context: BenchmarkContext) throws -> [BenchmarkResult] {
        context.progress("wire: readers within their module and from another")
        let batch = try Self.batchBytes()
        let message = Self.messageBytes()
        let rounds = 400_000
        let loops: [(name: String, own: () throws -> Double, foreign: () throws -> Double)] = [
            (
                "location record, read from another module",
                { try Self.perRecord(batch) { try ReaderLoops.latitudeSum(ofBatch: $0) } },
                { try Self.perRecord(batch) { try ForeignReaderLoops.latitudeSum(ofBatch: $0) } }
            ),
            (
                "message fields, read from another module",
                {
                    try Self.perRound(message, rounds) {
                        try ReaderLoops.fieldSum(ofMessage: $0, rounds: $1)
                    }
                },
                {
                    try Self.perRound(message, rounds) {
                        try ForeignReaderLoops.fieldSum(ofMessage: $0, rounds: $1)
                    }
                }
            ),
        ]
        return try loops.map { loop in
            var own: [Double] = []
            var foreign: [Double] = []
            for _ in 0..<context.runCount {
                own.append(try loop.own())
                foreign.append(try loop.foreign())
            }
            return BenchmarkResult(
                bench: name,
                metric: loop.name,
                value: BenchmarkContext.median(of: foreign),
                unit: "ns",
                peer: BenchmarkContext.median(of: own),
                lessIsBetter: true,
                target: .atLeast(0.9),
                targetsRatio: true
            )
        }
    }

    private static func perRecord(
        _ bytes: [UInt8],
        _ sum: (RawSpan) throws -> Int64
    ) throws -> Double {
        let rounds = 40_000
        var total: Int64 = 0
        let nanoseconds = try cpuNanoseconds {
            for _ in 0..<rounds { total &+= try sum(bytes.span.bytes) }
        }
        blackHole(total)
        return nanoseconds / Double(rounds * recordCount)
    }

    private static func perRound(
        _ bytes: [UInt8],
        _ rounds: Int,
        _ sum: (RawSpan, Int) throws -> Int64
    ) throws -> Double {
        var total: Int64 = 0
        let nanoseconds = try cpuNanoseconds { total = try sum(bytes.span.bytes, rounds) }
        blackHole(total)
        return nanoseconds / Double(rounds)
    }

    /// A message with two integers in its block and one tail.
    private static func messageBytes() -> [UInt8] {
        var output = OutputBuffer()
        var writer = MessageWriter(to: &output, blockByteCount: 12)
        writer.write(Int64(1_780_000_000_000_000), to: &output)
        writer.write(Int32(51_612), to: &output)
        writer.tail(1, text: "at the north entrance", to: &output)
        writer.finish(&output)
        return output.array()
    }

    /// Records in a batch: what fits a frame of 4 KiB.
    private static let recordCount = 127

    private static func batchBytes() throws -> [UInt8] {
        var output = OutputBuffer()
        var writer = try LocationBatchWriter(
            to: &output,
            baseTimeMilliseconds: 1_780_000_000_000
        )
        for index in 0..<recordCount {
            try writer.append(record(UInt64(index + 1)), to: &output)
        }
        writer.finish(&output)
        return output.array()
    }

    private static func record(_ reference: UInt64) -> LocationRecord {
        LocationRecord(
            driverReference: reference,
            sequence: 1,
            offsetMilliseconds: 0,
            latitudeE7: 516_123_456 + Int32(truncatingIfNeeded: reference),
            longitudeE7: -1_234_567,
            headingHundredthsOfDegree: 9_000
        )
    }

    private static func decodeRecords() throws -> Double {
        try perRecord(try batchBytes()) { try ForeignReaderLoops.latitudeSum(ofBatch: $0) }
    }

    private static func encodeRecords() throws -> Double {
        let rounds = 40_000
        var output = OutputBuffer()
        var record = record(7)
        let nanoseconds = try cpuNanoseconds {
            for round in 0..<rounds {
                output.removeAll()
                var writer = try LocationBatchWriter(
                    to: &output,
                    baseTimeMilliseconds: 1_780_000_000_000
                )
                for index in 0..<recordCount {
                    record.sequence = UInt32(truncatingIfNeeded: round &+ index &+ 1)
                    try writer.append(record, to: &output)
                }
                writer.finish(&output)
            }
        }
        blackHole(Int64(output.byteCount))
        return nanoseconds / Double(rounds * recordCount)
    }

    private static func quoteRequests() throws -> Double {
        let rounds = 1_000_000
        var output = OutputBuffer()
        var request = QuoteRequest()
        var sum: Int64 = 0
        let nanoseconds = try cpuNanoseconds {
            for round in 0..<rounds {
                output.removeAll()
                request.pickupAt = WallTime(microseconds: 1_780_000_000_000_000 &+ Int64(round))
                try request.encode(to: &output)
                let decoded = try output.withBytes { (bytes) throws(WireError) in
                    try QuoteRequest(decoding: bytes)
                }
                sum &+= decoded.pickupAt.microseconds
            }
        }
        blackHole(sum)
        return nanoseconds / Double(rounds)
    }

    /// CPU time of this thread that `body` takes: less noisy than the clock on a shared machine.
    private static func cpuNanoseconds(_ body: () throws -> Void) rethrows -> Double {
        var begin = timespec()
        var end = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &begin)
        try body()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &end)
        return Double(end.tv_sec - begin.tv_sec) * 1e9 + Double(end.tv_nsec - begin.tv_nsec)
    }

    /// Keeps the optimiser from dropping what nobody reads.
    @inline(never)
    private static func blackHole(_ value: Int64) {
        if value == .min { perror("") }
    }
}
