internal import Glibc

/// A growing stretch of bytes that is written from left to right; faster than appending to an array, since
/// each append checks the room once and never the sharing.
@safe
package struct ByteBuilder: ~Copyable {
    // Safe: `memory` is owned by this value alone, `count` bytes of it are initialised, `count <= capacity`.
    private var memory: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    /// Bytes written so far.
    package private(set) var count = 0

    /// A builder with room for `capacity` bytes before it grows.
    package init(capacity: Int = 256) {
        self.capacity = max(capacity, 64)
        unsafe memory = .allocate(capacity: self.capacity)
    }

    deinit {
        unsafe memory.deallocate()
    }

    /// The bytes written, as an array.
    package consuming func finish() -> [UInt8] {
        // Safe: the first `count` bytes are initialised.
        unsafe Array(UnsafeBufferPointer(start: memory, count: count))
    }

    @inline(__always)
    private mutating func reserve(_ additional: Int) {
        if capacity - count < additional { grow(additional) }
    }

    @inline(never)
    private mutating func grow(_ additional: Int) {
        let wanted = max(count + additional, capacity * 2)
        // Safe: the old memory is copied, then released, and nothing else points to it.
        let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: wanted)
        unsafe larger.update(from: memory, count: count)
        unsafe memory.deallocate()
        unsafe memory = larger
        capacity = wanted
    }

    /// Appends one byte.
    package mutating func append(_ byte: UInt8) {
        reserve(1)
        // Safe: `reserve` made room for it.
        unsafe memory[count] = byte
        count += 1
    }

    /// Appends a literal's UTF-8.
    package mutating func append(_ literal: StaticString) {
        // Safe: a StaticString's bytes live as long as the program.
        unsafe append(
            UnsafeBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount)
        )
    }

    /// Appends an array.
    package mutating func append(_ bytes: [UInt8]) {
        // Safe: the pointer is used only while `withUnsafeBufferPointer` lends it.
        unsafe bytes.withUnsafeBufferPointer { unsafe append($0) }
    }

    /// Appends a text's UTF-8 as it is.
    package mutating func append(_ text: String) {
        var text = text
        // Safe: as above; native strings lend their own bytes.
        text.withUTF8 { unsafe append($0) }
    }

    /// Appends the bytes lent by `bytes`.
    @inline(__always)
    mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard !bytes.isEmpty, let start = bytes.baseAddress else { return }
        reserve(bytes.count)
        // Safe: `reserve` made room, and what is lent never lies in `memory`.
        unsafe (memory + count).update(from: start, count: bytes.count)
        count += bytes.count
    }

    /// Appends `value` in decimal digits.
    package mutating func append(decimal value: Int64) {
        if value < 0 { append(UInt8(ascii: "-")) }
        append(decimal: value.magnitude)
    }

    /// Appends `value` in decimal digits.
    package mutating func append(decimal value: UInt64) {
        var digitCount = 1
        var bound: UInt64 = 10
        // The largest value has 20 digits; the bound stops before it overflows.
        while digitCount < 20, value >= bound {
            digitCount += 1
            let (next, overflow) = bound.multipliedReportingOverflow(by: 10)
            if overflow { break }
            bound = next
        }
        append(digits: value, count: digitCount)
    }

    /// Appends the last `count` decimal digits of `value`, with leading zeros.
    mutating func append(digits value: Int, count: Int) {
        append(digits: UInt64(value.magnitude), count: count)
    }

    /// Appends the last `digitCount` decimal digits of `value`, with leading zeros.
    mutating func append(digits value: UInt64, count digitCount: Int) {
        reserve(digitCount)
        var rest = value
        var index = count + digitCount
        while index > count {
            index -= 1
            // Safe: `reserve` made room for `digitCount` more.
            unsafe memory[index] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
        count += digitCount
    }
}
