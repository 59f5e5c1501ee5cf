internal import Glibc

/// Bytes on their way out: appended at the back, taken from the front.
///
/// The memory comes from the loop's pool and goes back when the queue is empty, so an idle channel holds none
/// and a busy one moves a pointer per turn.
///
/// A class with private variables rather than a value inside the channel: the compiler then sees that no access
/// overlaps another and leaves out its checks, which took 12 % of a small message's time.
@safe
final class ByteQueue {
    // Safe: the queue's alone, `capacity` bytes; those from `head` to `tail` are initialised.
    private var base: UnsafeMutableRawPointer?
    private var capacity = 0
    private var head = 0
    private var tail = 0

    /// How many bytes are queued.
    var count: Int { tail - head }
    /// Whether none is.
    var isEmpty: Bool { tail == head }

    /// An empty queue, which holds no memory.
    init() {
        unsafe base = nil
    }

    // Safe: the memory is the queue's alone.
    deinit {
        unsafe base?.deallocate()
    }

    /// Appends `bytes`.
    // Safe: `reserve` returns as much memory as is copied.
    @inline(__always)
    func append(_ bytes: UnsafeRawBufferPointer, from pool: BufferPool) {
        guard let source = bytes.baseAddress, bytes.count > 0 else { return }
        unsafe memcpy(reserve(bytes.count, from: pool), source, bytes.count)
        tail += bytes.count
    }

    /// Memory for `byteCount` more bytes; `commit` appends what was written there.
    // Safe: the result is inside the allocation, `byteCount` bytes before its end.
    @inline(__always)
    func reserve(_ byteCount: Int, from pool: BufferPool) -> UnsafeMutableRawPointer {
        if let base = unsafe base, capacity - tail >= byteCount { return unsafe base + tail }
        return unsafe makeRoom(byteCount, from: pool)
    }

    /// Appends the first `byteCount` bytes of what was reserved.
    func commit(_ byteCount: Int) {
        precondition(
            byteCount >= 0 && byteCount <= capacity - tail,
            "more is written than reserved"
        )
        tail += byteCount
    }

    /// Calls `body` with what is queued.
    // Safe: head and tail lie inside the allocation.
    func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        guard let base = unsafe base else {
            return unsafe body(UnsafeRawBufferPointer(start: nil, count: 0))
        }
        return unsafe body(UnsafeRawBufferPointer(start: base + head, count: tail - head))
    }

    /// Takes `byteCount` bytes from the front; gives the memory back where none is left.
    func removeFirst(_ byteCount: Int, to pool: BufferPool) {
        precondition(byteCount >= 0 && byteCount <= count, "more is taken than is queued")
        head += byteCount
        if head == tail { removeAll(to: pool) }
    }

    /// Drops everything and gives the memory back.
    // Safe: the pointer is forgotten as it is given away.
    func removeAll(to pool: BufferPool) {
        head = 0
        tail = 0
        guard let base = unsafe base else { return }
        unsafe pool.give(base, capacity: capacity)
        unsafe self.base = nil
        capacity = 0
    }

    // Safe: both allocations hold `count` bytes, and the old one is forgotten as it is given away.
    @inline(never)
    private func makeRoom(
        _ byteCount: Int,
        from pool: BufferPool
    ) -> UnsafeMutableRawPointer {
        let queued = count
        let (needed, overflow) = queued.addingReportingOverflow(byteCount)
        precondition(byteCount >= 0 && !overflow, "an impossible number of bytes")
        if let base = unsafe base, capacity >= needed, head >= queued {
            // Enough room in front, and moving costs no more than was taken since the last move.
            unsafe memcpy(base, base + head, queued)
            head = 0
            tail = queued
            return unsafe base + tail
        }
        // Doubling keeps the cost of moving constant per byte.
        let wanted = max(needed, capacity > 0 ? capacity * 2 : 0)
        let (fresh, freshCapacity) = unsafe pool.take(atLeast: wanted)
        if let base = unsafe base {
            unsafe memcpy(fresh, base + head, queued)
            unsafe pool.give(base, capacity: capacity)
        }
        unsafe base = fresh
        capacity = freshCapacity
        head = 0
        tail = queued
        return unsafe fresh + tail
    }
}
