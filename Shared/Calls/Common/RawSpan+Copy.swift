extension RawSpan {
    /// The bytes in an array of their own, for a message that outlives the buffer it came in.
    func copied() -> [UInt8] {
        // Safe: the pointer is used within the span's life.
        unsafe withUnsafeBytes { unsafe Array($0) }
    }
}
