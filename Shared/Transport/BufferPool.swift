internal import Reactor

/// The buffers that all channels of one loop share.
///
/// A buffer per connection would cost 10,000 idle connections 640 MB; the loop reads one channel at a time,
/// so one buffer for reading and one for decrypting serve all of them.
// Confined to its loop.
@safe
final class BufferPool {
    /// The size of a pooled output buffer, and what one read takes of a TLS channel.
    static let chunkByteCount = 16 * 1024
    /// How many free output buffers are kept, 4 MiB; more go back to the allocator.
    static let keptMax = 256
    /// The most bytes one read takes.
    static let readByteCountMax = 64 * 1024
    /// A large input buffer, grown for a channel with a long rest, is let go of above this.
    static let inputByteCountKept = 512 * 1024

    private var free: ContiguousArray<UnsafeMutableRawPointer> = unsafe []
    private(set) var input: UnsafeMutableRawBufferPointer
    /// Where encrypted bytes are read to.
    let cipher: UnsafeMutableRawBufferPointer

    // Safe: the memory is given back in `deinit`, and nothing reads it before it is written.
    init() {
        unsafe input = .allocate(byteCount: 2 * Self.readByteCountMax, alignment: 64)
        unsafe cipher = .allocate(byteCount: Self.readByteCountMax, alignment: 64)
        unsafe free.reserveCapacity(Self.keptMax)
    }

    // Safe: channels reach the pool through references, so none is left.
    deinit {
        while let pointer = unsafe free.popLast() { unsafe pointer.deallocate() }
        unsafe input.deallocate()
        unsafe cipher.deallocate()
    }

    /// The pool of `loop`.
    static func of(_ loop: EventLoop) -> BufferPool {
        loop.attachment(BufferPool.self) { _ in BufferPool() }
    }

    /// Memory for at least `byteCount` bytes, with its true size.
    // Safe: the caller owns the memory until it gives it back.
    func take(atLeast byteCount: Int) -> (UnsafeMutableRawPointer, Int) {
        guard byteCount > Self.chunkByteCount else {
            let pointer =
                unsafe free.popLast() ?? .allocate(byteCount: Self.chunkByteCount, alignment: 64)
            return unsafe (pointer, Self.chunkByteCount)
        }
        return (.allocate(byteCount: byteCount, alignment: 64), byteCount)
    }

    /// Takes memory back.
    // Safe: the caller forgets the pointer.
    func give(_ pointer: UnsafeMutableRawPointer, capacity: Int) {
        if capacity == Self.chunkByteCount, unsafe free.count < Self.keptMax {
            unsafe free.append(pointer)
        } else {
            unsafe pointer.deallocate()
        }
    }

    /// The input buffer with room for `byteCount` bytes. What it held is lost where it grows.
    // Safe: the old buffer is forgotten as it is deallocated; no channel keeps a pointer into it.
    func inputBuffer(atLeast byteCount: Int) -> UnsafeMutableRawBufferPointer {
        let isTooLarge = unsafe input.count > Self.inputByteCountKept
        if unsafe input.count < byteCount || (isTooLarge && byteCount <= Self.inputByteCountKept) {
            unsafe input.deallocate()
            unsafe input = .allocate(
                byteCount: max(byteCount, 2 * Self.readByteCountMax),
                alignment: 64
            )
        }
        return unsafe input
    }
}
