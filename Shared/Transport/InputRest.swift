internal import Glibc

/// The bytes that a delegate has not used yet: most often none, else part of one frame.
///
/// Held exactly as large as it is: a peer that sends one byte of a frame costs 16 bytes, not a buffer.
@safe
struct InputRest: ~Copyable {
    // Safe: this value's alone, initialised to its end, or empty.
    private var bytes = unsafe UnsafeMutableRawBufferPointer(start: nil, count: 0)

    /// How many bytes are held.
    var count: Int { unsafe bytes.count }

    // Safe: the memory is this value's alone.
    deinit {
        unsafe bytes.deallocate()
    }

    /// Copies what is held to the front of `buffer`, which is large enough.
    // Safe: copyMemory checks the room.
    func copy(to buffer: UnsafeMutableRawBufferPointer) {
        unsafe buffer.copyMemory(from: UnsafeRawBufferPointer(bytes))
    }

    /// Holds a copy of `source` instead.
    // Safe: the old memory is forgotten as it is deallocated.
    mutating func replace(with source: UnsafeRawBufferPointer) {
        if unsafe source.count != bytes.count {
            unsafe bytes.deallocate()
            unsafe bytes =
                source.isEmpty
                ? UnsafeMutableRawBufferPointer(start: nil, count: 0)
                : .allocate(byteCount: source.count, alignment: 16)
        }
        unsafe bytes.copyMemory(from: source)
    }

    /// Holds nothing.
    mutating func removeAll() {
        unsafe replace(with: UnsafeRawBufferPointer(start: nil, count: 0))
    }
}
