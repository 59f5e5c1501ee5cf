import Calls
import Messages
import WireFormat

/// A driver's phone with its stream of fixes.
struct Phone: Sendable {
    let client: CallClient
    let stream: ClientStream

    /// Sends a batch.
    func send(_ records: [LocationRecord], base: Int64) async throws {
        try await stream.send(try Batches.encode(records, base: base))
    }

    /// The next acknowledgement.
    func acknowledgement() async throws -> LocationAck? {
        try await stream.next().map { try LocationAck(decoding: $0) }
    }

    /// Ends the stream and returns the last acknowledgement.
    func finish() async throws -> LocationAck? {
        try await stream.send([], isEnd: true)
        var last: LocationAck?
        while let ack = try await acknowledgement() { last = ack }
        return last
    }
}

/// Batches of fixes as phones write them.
enum Batches {
    /// A record in San Francisco.
    static func record(
        _ sequence: UInt32,
        offset: Int32 = 0,
        latitude: Int32 = 377_749_000,
        status: DriverStatusCode = .free,
        reference: UInt64 = 0
    ) -> LocationRecord {
        LocationRecord(
            driverReference: reference,
            sequence: sequence,
            offsetMilliseconds: offset,
            latitudeE7: latitude,
            longitudeE7: -1_224_194_000,
            status: status.rawValue
        )
    }

    /// The bytes of a batch.
    static func encode(_ records: [LocationRecord], base: Int64) throws -> [UInt8] {
        var buffer = OutputBuffer()
        var writer = try LocationBatchWriter(to: &buffer, baseTimeMilliseconds: base)
        for record in records { try writer.append(record, to: &buffer) }
        writer.finish(&buffer)
        return buffer.array()
    }

    /// The records of a batch.
    static func decode(_ message: [UInt8]) throws -> [LocationRecord] {
        let span = message.span.bytes
        let batch = try LocationBatch(decoding: span)
        var records: [LocationRecord] = []
        for index in 0..<batch.count { records.append(try batch.record(at: index, in: span)) }
        return records
    }
}
