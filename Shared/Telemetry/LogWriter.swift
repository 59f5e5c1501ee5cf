internal import Glibc
internal import Synchronization

/// Writes log lines to a file descriptor from a thread of its own.
///
/// A caller only copies its line into a bounded buffer; a slow reader of the pipe never stalls an event loop. When
/// the buffer is full, lines are dropped and counted, and a line says so once there is room again. Lines still in the
/// buffer are lost where the process is killed: call `close` before leaving.
package final class LogWriter: LogSink {
    /// The most bytes that wait: two seconds of a thousand full lines.
    package static let bufferByteCountMax = 1 << 20
    /// How long `close` waits for a reader that does not read.
    private static let closeMilliseconds: Int32 = 1000

    private struct State {
        var pending: [UInt8] = []
        var isClosing = false
        var isClosed = false
        /// Dropped and not yet told.
        var untoldDropCount: UInt64 = 0
    }

    private let state = Mutex(State())
    private let dropped = Atomic<UInt64>(0)
    private let descriptor: Int32
    private let wake = Semaphore()
    private let done = Semaphore()

    /// A writer to `descriptor`, 1 for the standard output; the descriptor stays the caller's.
    package init(descriptor: Int32 = 1) {
        self.descriptor = descriptor
        startThread()
    }

    /// Lines dropped since the start.
    package var droppedLineCount: UInt64 { dropped.load(ordering: .relaxed) }

    /// Takes a line, or drops it where the buffer is full or the writer closed.
    package func write(_ line: [UInt8]) {
        let isFirst: Bool? = state.withLock { state in
            guard !state.isClosing,
                state.pending.count + line.count <= Self.bufferByteCountMax
            else {
                state.untoldDropCount += 1
                return nil
            }
            let isFirst = state.pending.isEmpty
            state.pending += line
            return isFirst
        }
        switch isFirst {
        case nil: dropped.wrappingAdd(1, ordering: .relaxed)
        case true?: wake.signal()
        case false?: break
        }
    }

    /// Writes what waits and ends the thread; gives up a second after the reader stopped reading. Later
    /// lines are dropped. Blocks: for the end of a program, not for an event loop.
    package func close() {
        let isFirst = state.withLock { state in
            defer { state.isClosing = true }
            return !state.isClosing
        }
        guard isFirst else { return }
        wake.signal()
        done.wait()
    }

    private func startThread() {
        var thread = pthread_t()
        // Safe: the thread owns one reference to the writer, which it releases when it ends.
        let context = Unmanaged.passRetained(self)
        let code = pthread_create(
            &thread,
            nil,
            { pointer in
                guard let pointer else { return nil }
                let writer = Unmanaged<LogWriter>.fromOpaque(pointer).takeRetainedValue()
                writer.run()
                return nil
            },
            context.toOpaque()
        )
        guard code == 0 else {
            // No thread can be had: the program is about to fail anyway; its lines count as dropped.
            context.release()
            state.withLock { $0.isClosing = true }
            return
        }
        pthread_detach(thread)
    }

    private func run() {
        while true {
            wake.wait()
            let (lines, dropCount, isClosing) = state.withLock { state in
                defer {
                    state.pending = []
                    state.untoldDropCount = 0
                }
                return (state.pending, state.untoldDropCount, state.isClosing)
            }
            writeLines(lines, isClosing: isClosing)
            if dropCount > 0 {
                writeLines(
                    Array(
                        #"{"level":"warning","message":"log lines dropped","telemetry.count":\#(dropCount)}\#n"#
                            .utf8
                    ),
                    isClosing: isClosing
                )
            }
            if isClosing { break }
        }
        done.signal()
    }

    /// Writes whole lines, as many at a time as one atomic write to a pipe takes.
    private func writeLines(_ lines: [UInt8], isClosing: Bool) {
        var start = 0
        while start < lines.count {
            var end = min(start + LogLine.byteCountMax, lines.count)
            if end < lines.count {
                // The buffer holds whole lines no longer than the limit, so there is a break to cut at.
                let newline = UInt8(ascii: "\n")
                end = (lines[start..<end].lastIndex(of: newline) ?? end - 1) + 1
            }
            guard writeAll(lines[start..<end], isClosing: isClosing) else { return }
            start = end
        }
    }

    private func writeAll(_ bytes: ArraySlice<UInt8>, isClosing: Bool) -> Bool {
        bytes.withUnsafeBytes { buffer in
            var offset = 0
            while offset < buffer.count {
                guard waitUntilWritable(isClosing: isClosing) else { return false }
                // Safe: offset stays below the buffer's count.
                let count = Glibc.write(
                    descriptor,
                    buffer.baseAddress?.advanced(by: offset),
                    buffer.count - offset
                )
                if count > 0 {
                    offset += count
                } else if count < 0, errno != EINTR, errno != EAGAIN {
                    // The reader is gone: there is nobody left to tell.
                    return false
                }
            }
            return true
        }
    }

    /// A pipe that polls as writable takes a whole line without blocking.
    private func waitUntilWritable(isClosing: Bool) -> Bool {
        var waited: Int32 = 0
        while true {
            var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            let step: Int32 = 100
            let count = poll(&entry, 1, step)
            if count > 0 { return true }
            if count < 0, errno != EINTR { return false }
            waited += step
            let mustEnd = isClosing || state.withLock { $0.isClosing }
            if mustEnd && waited >= Self.closeMilliseconds { return false }
        }
    }
}

/// A POSIX semaphore: what a thread of our own waits on.
// Safe: the semaphore lives at one address from init to deinit, and its calls may come from any thread.
private final class Semaphore: @unchecked Sendable {
    private let pointer: UnsafeMutablePointer<sem_t>

    init() {
        pointer = .allocate(capacity: 1)
        sem_init(pointer, 0, 0)
    }

    deinit {
        sem_destroy(pointer)
        pointer.deallocate()
    }

    func signal() { sem_post(pointer) }

    func wait() {
        while sem_wait(pointer) != 0 && errno == EINTR {}
    }
}
