// Safe: base ... base + capacity is memory that only this value owns; head <= tail <= capacity always.
/// Bytes waiting to be written: appended at the end, taken from the front.
///
/// Holds no memory while empty and new, so that an idle connection costs none. Appending is amortised
/// O(1) per byte; offsets given to `overwrite` and `truncate` count from the first byte still waiting.
@safe
@frozen
public struct OutputBuffer: ~Copyable {
    @usableFromInline var base: UnsafeMutableRawPointer?
    @usableFromInline var capacity: Int
    @usableFromInline var head: Int
    @usableFromInline var tail: Int

    /// The least that is allocated at once, in bytes.
    @usableFromInline static let minimumCapacity = 512
    /// Memory above this is given back when the buffer runs empty, in bytes.
    @usableFromInline static let keptCapacity = 16_384

    /// An empty buffer without memory.
    @inlinable
    public init() {
        unsafe base = nil
        capacity = 0
        head = 0
        tail = 0
    }

    deinit {
        unsafe base?.deallocate()
    }

    /// How many bytes wait.
    @inlinable
    public var byteCount: Int { tail &- head }

    /// Whether nothing waits.
    @inlinable
    public var isEmpty: Bool { tail == head }

    /// Appends `value`, little-endian.
    @inlinable
    @inline(__always)
    public mutating func append<Value: FixedWidthInteger & BitwiseCopyable>(_ value: Value) {
        let room = unsafe reserve(MemoryLayout<Value>.size)
        // Safe: `reserve` returned that many writable bytes.
        unsafe room.storeBytes(of: value.littleEndian, as: Value.self)
        tail &+= MemoryLayout<Value>.size
    }

    /// Appends the 16 bytes of `value`, most significant first.
    @inlinable
    public mutating func append(bigEndian128 value: UInt128) {
        append(value.byteSwapped)
    }

    /// Appends a copy of `bytes`.
    @inlinable
    public mutating func append(_ bytes: RawSpan) {
        let count = bytes.byteCount
        guard count > 0 else { return }
        let room = unsafe reserve(count)
        // Safe: source and room hold `count` bytes each; a span cannot lie in memory still unused.
        unsafe bytes.withUnsafeBytes { source in
            unsafe room.copyMemory(from: source.baseAddress!, byteCount: count)
        }
        tail &+= count
    }

    /// Appends the UTF-8 bytes of `text`.
    @inlinable
    public mutating func append(utf8 text: String) {
        for byte in text.utf8 {
            append(byte)
        }
    }

    /// Replaces the integer at `offset`, counted from the first waiting byte.
    @inlinable
    public mutating func overwrite<Value: FixedWidthInteger & BitwiseCopyable>(
        at offset: Int,
        with value: Value
    ) {
        precondition(
            offset >= 0 && offset <= byteCount &- MemoryLayout<Value>.size,
            "an overwrite lies within the waiting bytes"
        )
        // Safe: the precondition.
        unsafe base!.storeBytes(
            of: value.littleEndian,
            toByteOffset: head &+ offset,
            as: Value.self
        )
    }

    /// Drops everything after the first `count` waiting bytes: undoes appends.
    @inlinable
    public mutating func truncate(to count: Int) {
        precondition(count >= 0 && count <= byteCount, "truncation only shortens")
        tail = head &+ count
    }

    /// Drops the first `count` waiting bytes: they are written.
    @inlinable
    public mutating func removeFirst(_ count: Int) {
        precondition(count >= 0 && count <= byteCount, "only waiting bytes can be taken")
        head &+= count
        if head == tail { removeAll() }
    }

    /// Drops all bytes; gives memory back where much of it was held.
    @inlinable
    public mutating func removeAll() {
        head = 0
        tail = 0
        guard capacity > Self.keptCapacity else { return }
        unsafe base?.deallocate()
        unsafe base = nil
        capacity = 0
    }

    /// Lets `body` read the waiting bytes.
    @inlinable
    public borrowing func withBytes<Result: ~Copyable, Failure: Error>(
        from offset: Int = 0,
        _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        precondition(offset >= 0 && offset <= byteCount, "an offset lies within the waiting bytes")
        guard let start = unsafe base else { return try body(RawSpan()) }
        // Safe: head + offset ... tail is initialised memory of ours that lives through the call.
        let waiting = unsafe UnsafeRawBufferPointer(
            start: start + head + offset,
            count: byteCount &- offset
        )
        return try unsafe body(RawSpan(_unsafeBytes: waiting))
    }

    /// Lets `body` read the waiting bytes as C functions want them; the pointer must not escape.
    @inlinable
    public borrowing func withUnsafeBytes<Result: ~Copyable, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        guard let start = unsafe base else {
            return try unsafe body(UnsafeRawBufferPointer(start: nil, count: 0))
        }
        // Safe: head ... tail is initialised memory of ours that lives through the call.
        return try unsafe body(UnsafeRawBufferPointer(start: start + head, count: byteCount))
    }

    /// A copy of the waiting bytes.
    public borrowing func array() -> [UInt8] {
        // Safe: the array copies within the call.
        unsafe withUnsafeBytes { unsafe [UInt8]($0) }
    }

    /// Makes room for `count` more bytes and returns where they go.
    @inlinable
    @inline(__always)
    mutating func reserve(_ count: Int) -> UnsafeMutableRawPointer {
        if count > capacity &- tail { grow(by: count) }
        // Safe: after `grow`, base is set and tail + count is within capacity.
        return unsafe base! + tail
    }

    /// Moves the waiting bytes to the front, of twice the memory where that is not enough.
    @usableFromInline
    mutating func grow(by count: Int) {
        let waiting = byteCount
        let needed = waiting + count
        if needed <= capacity / 2, let base = unsafe base {
            // Safe: both ranges lie in our memory; memmove semantics allow overlap.
            unsafe base.copyMemory(from: base + head, byteCount: waiting)
        } else {
            let newCapacity = max(Self.minimumCapacity, max(needed, capacity * 2))
            let newBase = UnsafeMutableRawPointer.allocate(byteCount: newCapacity, alignment: 16)
            if let base = unsafe base {
                // Safe: the new memory is larger than what waits.
                unsafe newBase.copyMemory(from: base + head, byteCount: waiting)
                unsafe base.deallocate()
            }
            unsafe base = newBase
            capacity = newCapacity
        }
        head = 0
        tail = waiting
    }
}
