internal import Glibc
internal import Reactor

extension ByteChannel {
    /// Stops reading until `resumeReading()`: back pressure on the peer through TCP's own window. Bytes that
    /// are on their way through a delegate call are not taken back.
    package func pauseReading() {
        loop.preconditionCurrent()
        guard !isReadingPaused else { return }
        isReadingPaused = true
        askForTurnEnd()
    }

    /// Reads again. What the delegate left unused is handed to it once more at the end of this turn.
    package func resumeReading() {
        loop.preconditionCurrent()
        guard isReadingPaused else { return }
        isReadingPaused = false
        if rest.count > 0 || isEndHeldBack { isDeliveryAsked = true }
        askForTurnEnd()
    }

    /// Reads what the socket has, up to one buffer, and hands it on.
    func readOnce() {
        if isActivationAsked { deliverActivation() }
        guard state != .closed else { return }
        if state == .closing { return readAndDrop() }
        if let tls { readSecure(tls) } else { readPlain() }
    }

    // Safe: the input buffer has room for the rest and one read behind it, and nobody else uses it until
    // `deliver` has returned.
    private func readPlain() {
        let held = rest.count
        let buffer = unsafe pool.inputBuffer(atLeast: held + BufferPool.readByteCountMax)
        guard let base = buffer.baseAddress else { return }
        // recv, not read: it knows that this is a socket, which saves 1 % of a small request.
        let count = unsafe recv(descriptor, base + held, BufferPool.readByteCountMax, 0)
        guard count > 0 else { return readFailed(count) }
        receivedByteCount &+= UInt64(count)
        if held > 0 { unsafe rest.copy(to: buffer) }
        unsafe deliver(UnsafeRawBufferPointer(start: base, count: held + count))
    }

    /// What `read` returned was no data: nothing there, the end, or an error.
    func readFailed(_ count: Int) {
        if count == 0 {
            receivedEndOfStream()
        } else if errno != EAGAIN, errno != EINTR {
            failBroken(SocketError(errno: errno, doing: "read from the peer"))
        }
    }

    /// The stream is over. Under TLS an end that was not announced may have been cut by somebody in between.
    private func receivedEndOfStream() {
        guard tls != nil, !isSecureEndRead, state != .closing else { return receivedEnd() }
        finish(
            state == .handshaking
                ? CloseReason(.reset, "the peer ended the connection during the TLS handshake")
                : CloseReason(.truncated, "the peer ended the connection without ending TLS")
        )
    }

    /// Hands `bytes`, which start with the rest, to the delegate and holds what it leaves.
    // Safe: the span is used within the call only, while `bytes` is good.
    func deliver(_ bytes: UnsafeRawBufferPointer) {
        guard let delegate, state == .active else {
            unsafe keep(bytes)
            return
        }
        let used = delegate.channelReceived(self, unsafe bytes.bytes)
        precondition(used >= 0 && used <= bytes.count, "a delegate uses more than it was given")
        guard state != .closed else { return }
        if used == bytes.count {
            if rest.count > 0 { rest.removeAll() }
        } else {
            unsafe keep(UnsafeRawBufferPointer(rebasing: bytes[used...]))
        }
    }

    // Safe: `bytes` lies in the input buffer, never in the rest itself.
    private func keep(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count < options.inputByteCountMax || isReadingPaused else {
            finish(
                CloseReason(
                    .inputOverflow,
                    "the peer sent \(bytes.count) bytes that make no message"
                )
            )
            return
        }
        unsafe rest.replace(with: bytes)
    }

    /// Hands over the rest alone, after a pause; then the end, if that has come.
    // Safe: the input buffer has room for the rest.
    func deliverRest() {
        guard state == .active, !isReadingPaused else { return }
        let count = rest.count
        if count > 0 {
            let buffer = unsafe pool.inputBuffer(atLeast: count)
            unsafe rest.copy(to: buffer)
            unsafe deliver(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
        if isEndHeldBack, !isReadingPaused, state == .active {
            isEndHeldBack = false
            delegate?.channelReceivedEnd(self)
        }
    }

    /// The peer's end came: no more is read. While paused, the delegate hears of it after the rest.
    func receivedEnd() {
        guard !isReadEnded else { return }
        isReadEnded = true
        if state == .closing {
            if isWriteEnded { finish(endReason) }
            return updateInterest()
        }
        if isWriteEnded {
            finishAfterEnd()
        } else if isReadingPaused {
            isEndHeldBack = true
        } else {
            delegate?.channelReceivedEnd(self)
        }
        updateInterest()
    }

    /// Reads and drops, so that closing with unread input does not make the system reset the connection and
    /// destroy what was sent last.
    // Safe: reads into a buffer of the size given.
    private func readAndDrop() {
        let buffer = unsafe pool.cipher
        let count = unsafe recv(descriptor, buffer.baseAddress, buffer.count, 0)
        guard count > 0 else { return readFailed(count) }
        lingeredByteCount += count
        if lingeredByteCount > Self.lingerByteCountMax, isWriteEnded { finish(endReason) }
    }
}
