import Foundation
import Geo
import Messages
import Testing
import WireFormat

/// An example of a message or batch, written by an encoder that is not ours: its bytes with its
/// values, or with the error that they are refused with.
struct Vector: Decodable, Sendable, CustomTestStringConvertible {
    let message: String
    let `case`: String
    let hex: String
    let fields: [String: JSONValue]?
    let error: String?
    /// False where a peer of another version wrote what the values alone do not tell.
    let reencodes: Bool?

    var testDescription: String { "\(message), \(self.case)" }

    static let all: [Vector] = {
        do {
            return try JSONDecoder().decode(
                [Vector].self,
                from: Data(try Repository.document("vectors.json").utf8)
            )
        } catch {
            Issue.record("vectors.json: \(error)")
            return []
        }
    }()

    static let batches = all.filter { $0.message == "LocationBatch" }
    static let messages = all.filter { $0.message != "LocationBatch" }

    /// The message's type; `nil` where the catalogue has none of the name.
    var type: (any WireMessage.Type)? {
        MessageCatalog.messages.first { $0.name.description == message }
    }
}

@Suite("Golden vectors")
struct VectorTests {
    @Test(
        "each message has one, with every tail set in one of them",
        arguments: MessageCatalog.messages.indices
    )
    func complete(index: Int) {
        let schema = MessageCatalog.messages[index].schema
        let vectors = Vector.all.filter { $0.message == schema.name }.compactMap(\.fields)
        #expect(!vectors.isEmpty, "\(schema.name)")
        #expect(vectors.contains { fields in schema.tails.allSatisfy { fields[$0.name] != nil } })
    }

    @Test("every vector has values or an error")
    func kinds() {
        #expect(!Vector.all.isEmpty)
        #expect(Vector.all.allSatisfy { ($0.fields == nil) != ($0.error == nil) })
    }

    @Test(
        "bytes decode to the values, and the values encode to the bytes",
        arguments: Vector.messages.filter { $0.fields != nil && $0.reencodes != false }
    )
    func golden(vector: Vector) throws {
        let type = try #require(vector.type)
        try Self.golden(type, vector)
    }

    static func golden<Message: WireMessage>(_ type: Message.Type, _ vector: Vector) throws {
        let bytes = try #require(Hex.bytes(vector.hex))
        let fields = try #require(vector.fields)
        var decoded = try Message(decoding: bytes)
        #expect(decoded.unknown.isEmpty)
        var dumper = FieldDumper()
        try decoded.walk(&dumper)
        #expect(dumper.values == fields)

        var filler = FieldFiller(fields)
        var filled = Message()
        try filled.walk(&filler)
        #expect(filler.missing == [])
        #expect(try filled.encoded() == bytes)
        #expect(filled == decoded)
    }

    @Test(
        "what a peer of another version wrote decodes to the values, and is passed on",
        arguments: Vector.messages.filter { $0.fields != nil && $0.reencodes == false }
    )
    func otherVersion(vector: Vector) throws {
        let type = try #require(vector.type)
        try Self.otherVersion(type, vector)
    }

    static func otherVersion<Message: WireMessage>(_ type: Message.Type, _ vector: Vector) throws {
        let bytes = try #require(Hex.bytes(vector.hex))
        var decoded = try Message(decoding: bytes)
        var dumper = FieldDumper()
        try decoded.walk(&dumper)
        #expect(dumper.values == vector.fields)
        let again = try Message(decoding: try decoded.encoded())
        #expect(again == decoded)
        #expect(again.unknown.isEmpty == decoded.unknown.isEmpty)
    }

    @Test(
        "every truncation is refused, and a byte more",
        arguments: Vector.messages.filter { $0.fields != nil }
    )
    func truncation(vector: Vector) throws {
        let type = try #require(vector.type)
        let bytes = try #require(Hex.bytes(vector.hex))
        for byteCount in 0..<bytes.count {
            #expect(type.refusal(Array(bytes.prefix(byteCount))) == .truncated)
        }
        #expect(type.refusal(bytes + [0]) == .trailingByte)
    }

    @Test(
        "what is not a message is refused for the documented reason",
        arguments: Vector.messages.filter { $0.error != nil }
    )
    func negative(vector: Vector) throws {
        let type = try #require(vector.type)
        let bytes = try #require(Hex.bytes(vector.hex))
        #expect(type.refusal(bytes)?.name == vector.error)
    }

    @Test(
        "batches decode to the values, and the values encode to the bytes",
        arguments: Vector.batches
    )
    func batch(vector: Vector) throws {
        let bytes = try #require(Hex.bytes(vector.hex))
        do throws(WireError) {
            let span = bytes.span.bytes
            let batch = try LocationBatch(decoding: span)
            var buffer = OutputBuffer()
            var writer = try LocationBatchWriter(
                to: &buffer,
                baseTimeMilliseconds: batch.baseTimeMilliseconds
            )
            var records: [JSONValue] = []
            for index in 0..<batch.count {
                let record = try batch.record(at: index, in: span)
                records.append(.object(Self.values(of: record)))
                try writer.append(record, to: &buffer)
            }
            writer.finish(&buffer)
            #expect(vector.error == nil)
            #expect((buffer.array() == bytes) == (vector.reencodes != false))
            #expect(
                vector.fields == [
                    "baseTimeMilliseconds": JSONValue(Int128(batch.baseTimeMilliseconds)),
                    "records": .list(records),
                ]
            )
        } catch {
            #expect(error.name == vector.error)
        }
    }

    private static func values(of record: LocationRecord) -> [String: JSONValue] {
        [
            "driverReference": JSONValue(Int128(record.driverReference)),
            "sequence": JSONValue(Int128(record.sequence)),
            "offsetMilliseconds": JSONValue(Int128(record.offsetMilliseconds)),
            "latitudeE7": JSONValue(Int128(record.latitudeE7)),
            "longitudeE7": JSONValue(Int128(record.longitudeE7)),
            "speedCentimetersPerSecond": JSONValue(Int128(record.speedCentimetersPerSecond)),
            "headingHundredthsOfDegree": JSONValue(Int128(record.headingHundredthsOfDegree)),
            "accuracyDecimeters": JSONValue(Int128(record.accuracyDecimeters)),
            "status": JSONValue(Int128(record.status)),
        ]
    }

    @Test("the body of the protocol's golden OPEN is a QuoteRequest of the first version's block")
    func openBody() throws {
        let bytes = try #require(Hex.bytes("10000000406bc31e7929edff4096c41ee029ecff"))
        let request = try QuoteRequest(decoding: bytes)
        #expect(request.pickup.latitudeE7 == 516_123_456)
        #expect(request.pickup.longitudeE7 == -1_234_567)
        #expect(request.dropOff.latitudeE7 == 516_200_000)
        #expect(request.dropOff.longitudeE7 == -1_300_000)
        #expect(request.pickupAt.isNone)
        #expect(request.vehicleClass == .unspecified)
    }
}
