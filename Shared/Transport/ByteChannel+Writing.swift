internal import Glibc
internal import Reactor
internal import Timekeeping

extension ByteChannel {
    /// How many bytes wait to be sent: written, or encrypted, and not taken by the system yet.
    package var queuedByteCount: Int { output.count + (tls?.outgoing.count ?? 0) }

    /// Whether less is queued than the high mark: a producer that can wait should, where not.
    package var isWritable: Bool { queuedByteCount < options.outputHighMark }

    /// Queues `bytes`, which are sent at the end of this turn. Without effect once the channel is closed.
    ///
    /// - Complexity: one copy; no allocation where the queue has room.
    // Safe: reads `bytes` within the call.
    @inline(__always)
    package func write(_ bytes: UnsafeRawBufferPointer) {
        guard canQueue(bytes.count) else { return }
        unsafe output.append(bytes, from: pool)
    }

    /// Queues `bytes`, which are sent at the end of this turn.
    package func write(_ bytes: RawSpan) {
        // Safe: the pointer is used within the span's life.
        unsafe bytes.withUnsafeBytes { unsafe write($0) }
    }

    /// Queues `bytes`, which are sent at the end of this turn.
    package func write(_ bytes: [UInt8]) {
        // Safe: the pointer is used within the call.
        unsafe bytes.withUnsafeBytes { unsafe write($0) }
    }

    /// Lets `body` write up to `byteCountMax` bytes straight into the queue, without a copy.
    ///
    /// - Parameter body: gets memory of at least that size, not initialised; returns how many bytes it
    ///   wrote, from the front.
    // Safe: the memory is the queue's, and `commit` checks the count.
    package func write(
        atMost byteCountMax: Int,
        _ body: (UnsafeMutableRawBufferPointer) -> Int
    ) {
        guard canQueue(byteCountMax) else { return }
        let room = unsafe UnsafeMutableRawBufferPointer(
            start: output.reserve(byteCountMax, from: pool),
            count: byteCountMax
        )
        let written = unsafe body(room)
        precondition(written <= byteCountMax, "more is written than was asked for")
        output.commit(written)
    }

    /// Sends what is queued at once instead of at the end of this turn, as far as the system takes it: for answers to
    /// which nothing will be added in this turn. What follows from it is told at the end of the turn, as ever.
    package func sendNow() {
        loop.preconditionCurrent()
        guard state == .active, !isBlocked, queuedByteCount > 0 else { return }
        if queuedByteCount >= options.outputHighMark { isAboveHighMark = true }
        sendQueued()
    }

    /// Whether `byteCount` more bytes may be queued; the channel ends where they are too many.
    private func canQueue(_ byteCount: Int) -> Bool {
        loop.preconditionCurrent()
        guard isOpen, byteCount > 0 else { return false }
        guard byteCount <= options.outputByteCountMax - queuedByteCount else {
            finish(
                CloseReason(
                    .outputOverflow,
                    "more than \(options.outputByteCountMax) bytes wait for the peer"
                )
            )
            return false
        }
        askForTurnEnd()
        return true
    }

    /// Sends what is queued, as far as the system takes it now, and what follows from that.
    func flush() {
        // Looked at before sending: a producer that saw the high mark waits for `channelWritable`, also where
        // one send takes everything.
        if queuedByteCount >= options.outputHighMark { isAboveHighMark = true }
        if !isBlocked { sendQueued() }
        guard state != .closed else { return }
        if queuedByteCount == 0 {
            if isWriteEndAsked, !isWriteEnded { endWriting() }
            guard state != .closed else { return }
        } else if timer.isNone, state != .handshaking {
            lastProgress = loop.now
            timer = loop.schedule(after: options.writeStallMax, self)
        }
        notifyMarks()
    }

    /// All is sent: ends TLS, which queues a few bytes more, then the stream.
    private func endWriting() {
        if let tls, !isSecureEndQueued {
            isSecureEndQueued = true
            tls.end()
            sendQueued()
        }
        if state != .closed, queuedByteCount == 0 { sendEnd() }
    }

    /// Sends from `output` until the system takes no more or the turn's share is used up.
    private func sendQueued() {
        if let tls { return sendSecure(tls) }
        var sent = 0
        while !output.isEmpty, !isBlocked, sent < Self.sendByteCountMax {
            // Safe: the bytes are good for the call, which does not touch the queue.
            let count = unsafe output.withBytes { unsafe transmit($0) }
            guard count >= 0 else { return finishTransmit() }
            output.removeFirst(count, to: pool)
            sent += count
        }
        if !output.isEmpty, !isBlocked { askForTurnEnd() }
    }

    /// One send; returns how many bytes the system took, or -1 where the connection is broken, which
    /// `finishTransmit` then tells.
    // Safe: reads `bytes` within the call.
    func transmit(_ bytes: UnsafeRawBufferPointer) -> Int {
        let count = unsafe send(
            descriptor,
            bytes.baseAddress,
            bytes.count,
            Int32(MSG_NOSIGNAL)
        )
        guard count >= 0 else {
            if errno == EAGAIN { isBlocked = true }
            return errno == EAGAIN || errno == EINTR ? 0 : -1
        }
        // A short write means that the system's buffer is full: asking again would only cost a call.
        if count < bytes.count { isBlocked = true }
        lastProgress = loop.now
        sentByteCount &+= UInt64(count)
        return count
    }

    /// Ends the channel for the error that `transmit` met, which is still the thread's last one.
    func finishTransmit() {
        let error = SocketError(errno: errno, doing: "send to the peer")
        finish(CloseReason(.reset, error.message))
    }

    /// The stall timer fired: ends the channel where nothing was taken since it was set.
    func checkProgress() {
        guard queuedByteCount > 0 else { return }
        let deadline = lastProgress.advanced(by: options.writeStallMax)
        guard deadline <= loop.now else {
            timer = loop.schedule(at: deadline, self)
            return
        }
        finish(
            CloseReason(
                .writeStalled,
                "the peer read nothing for \(options.writeStallMax) with \(queuedByteCount) bytes queued"
            )
        )
    }

    private func notifyMarks() {
        if isAboveHighMark, queuedByteCount <= options.outputLowMark {
            isAboveHighMark = false
            if state == .active { delegate?.channelWritable(self) }
        }
    }
}
