internal import WireFormat

/// The loops of WireFormat's `ReaderLoops` once more, word for word, in a module that imports the readers.
enum ForeignReaderLoops {
    @inline(never)
    static func latitudeSum(ofBatch message: RawSpan) throws(WireError) -> Int64 {
        var sum: Int64 = 0
        let batch = try LocationBatch(decoding: message)
        for index in 0..<batch.count {
            let record = try batch.record(at: index, in: message)
            sum &+= Int64(record.latitudeE7)
        }
        return sum
    }

    @inline(never)
    static func fieldSum(ofMessage message: RawSpan, rounds: Int) throws(WireError) -> Int64 {
        var sum: Int64 = 0
        for _ in 0..<rounds {
            var reader = try MessageReader(message, minimumBlock: 12)
            sum &+= try reader.read(Int64.self, from: message)
            sum &+= Int64(try reader.read(Int32.self, from: message))
            if let tail = try reader.tail(1, from: message) { sum &+= Int64(tail.byteCount) }
            try reader.finish(message)
        }
        return sum
    }
}
