import Foundation
import Messages
import TestSupport
import WireFormat

extension FuzzTarget {
    /// Every message's decoder, chosen by the first byte: what is accepted can be written, and
    /// reads the same.
    static let messages = FuzzTarget(
        name: "messages",
        corpus: { _ in MessageCorpus.inputs },
        run: { input throws(FuzzFinding) in
            guard let choice = input.first else { return }
            let bytes = Array(input.dropFirst())
            let types = MessageCatalog.messages
            if Int(choice) < types.count {
                let type = types[Int(choice)]
                try checkMessage(type, bytes)
            } else {
                try checkBatch(bytes)
            }
        },
        // A batch whose first record is in every range, with a status that nobody has.
        isCanary: { input in
            let bytes = Array(input.dropFirst())
            guard input.first == 255,
                let batch = try? LocationBatch(decoding: bytes.span.bytes),
                let record = try? batch.record(at: 0, in: bytes.span.bytes)
            else { return false }
            return (0x40...0x7F).contains(record.status)
        }
    )

    private static func checkMessage<Message: WireMessage>(
        _ type: Message.Type,
        _ bytes: [UInt8]
    ) throws(FuzzFinding) {
        guard let message = try? Message(decoding: bytes) else { return }
        let written = try? message.encoded()
        try hold(written != nil, "\(type): what was read can be written")
        let again = written.flatMap { try? Message(decoding: $0) }
        try hold(again == message, "\(type): reads as it was written")
    }

    private static func checkBatch(_ bytes: [UInt8]) throws(FuzzFinding) {
        let span = bytes.span.bytes
        guard let batch = try? LocationBatch(decoding: span) else { return }
        for index in 0..<batch.count {
            guard let record = try? batch.record(at: index, in: span) else { continue }
            let start = LocationBatch.headerByteCount + index * batch.recordByteCount
            try hold(start + LocationRecord.byteCount <= bytes.count, "a record lies in the batch")
            var output = OutputBuffer()
            try hold((try? record.encode(to: &output)) != nil, "an accepted record can be written")
            let known = Array(bytes[start..<(start + LocationRecord.byteCount)])
            try hold(output.array() == known, "a record is written as it was read")
        }
    }
}

/// The golden vectors of `Shared/Messages/vectors.json`, each behind the number of its message.
enum MessageCorpus {
    private struct Vector: Decodable {
        let message: String
        let hex: String
    }

    /// One input a vector; none where the file cannot be read.
    static let inputs: [[UInt8]] = {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Shared/Messages/vectors.json")
        guard let data = try? Data(contentsOf: file),
            let vectors = try? JSONDecoder().decode([Vector].self, from: data)
        else { return [] }
        let names = MessageCatalog.messages.map { $0.name.description }
        return vectors.compactMap { vector in
            let choice = names.firstIndex(of: vector.message) ?? 255
            return Hex.decode(vector.hex).map { [UInt8(choice)] + $0 }
        }
    }()
}
