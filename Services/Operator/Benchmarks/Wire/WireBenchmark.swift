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
        ]
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
        let bytes = try batchBytes()
        let rounds = 40_000
        var sum: Int64 = 0
        let nanoseconds = try cpuNanoseconds {
            for _ in 0..<rounds {
                let batch = try LocationBatch(decoding: bytes.span.bytes)
                for index in 0..<batch.count {
                    let record = try batch.record(at: index, in: bytes.span.bytes)
                    sum &+= Int64(record.latitudeE7)
                }
            }
        }
        blackHole(sum)
        return nanoseconds / Double(rounds * recordCount)
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
