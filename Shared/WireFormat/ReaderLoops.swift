/// Loops over the readers within their own module, which `nexors bench wire` holds the same loops of another
/// module against.
///
/// A reader that is not inlinable, or that calls something that is not, costs its caller in another module 27 ns a
/// record instead of 1; nothing but this comparison would show it.
package enum ReaderLoops {
    /// The sum of the latitudes of a batch.
    ///
    /// - Throws: What `LocationBatch` and its records throw.
    @inline(never)
    package static func latitudeSum(ofBatch message: RawSpan) throws(WireError) -> Int64 {
        var sum: Int64 = 0
        let batch = try LocationBatch(decoding: message)
        for index in 0..<batch.count {
            let record = try batch.record(at: index, in: message)
            sum &+= Int64(record.latitudeE7)
        }
        return sum
    }

    /// The sum of the first two integers of a message's block and of the length of its tail 1, `rounds` times.
    ///
    /// - Throws: What `MessageReader` throws.
    @inline(never)
    package static func fieldSum(
        ofMessage message: RawSpan,
        rounds: Int
    ) throws(WireError) -> Int64 {
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
