internal import Glibc
internal import Reactor

extension ByteChannel {
    /// Whether the bytes are protected by TLS.
    package var isSecure: Bool {
        if case .plain = security { false } else { true }
    }

    /// Sets TLS up and begins the handshake; a client sends first.
    func startHandshake() {
        let session: TLSSession?
        switch security {
        case .plain: return activate()
        case .server(let context):
            session = context.makeSession(expectedName: nil, pool: pool)
        case .client(let context, let expectedName):
            session = context.makeSession(expectedName: expectedName, pool: pool)
        }
        guard let session else {
            finish(CloseReason(.tlsFailed, "TLS cannot be set up; is the expected name a name?"))
            return
        }
        tls = session
        state = .handshaking
        timer = loop.schedule(after: options.handshakeMax, self)
        advanceHandshake(session)
        askForTurnEnd()
    }

    /// Reads encrypted bytes and hands on what they hold.
    // Safe: the session uses the loop's buffer within this call only.
    func readSecure(_ session: TLSSession) {
        let buffer = unsafe pool.cipher
        let count = unsafe recv(descriptor, buffer.baseAddress, buffer.count, 0)
        guard count > 0 else { return readFailed(count) }
        receivedByteCount &+= UInt64(count)
        unsafe session.withIncoming(UnsafeRawBufferPointer(rebasing: buffer[..<count])) {
            if state == .handshaking { advanceHandshake(session) }
            if state == .active { decrypt(session) }
        }
        // Alerts, tickets, answers to key updates.
        if state != .closed, !session.outgoing.isEmpty { askForTurnEnd() }
    }

    private func advanceHandshake(_ session: TLSSession) {
        switch session.handshake() {
        case .wantsMore: break
        case .failed(let reason): failSecure(session, reason)
        case .done:
            negotiatedProtocol = session.negotiatedProtocol
            peerNames = session.peerNames()
            loop.cancel(timer)
            timer = .none
            state = .active
            handshakeEnded()
            if !output.isEmpty { askForTurnEnd() }
            deliverActivation()
        }
    }

    /// Decrypts all there is, so that nothing stays hidden inside the session, and hands it on in as few calls
    /// as the buffer allows.
    // Safe: the input buffer is used within this call and by nobody else meanwhile.
    private func decrypt(_ session: TLSSession) {
        while state == .active {
            let held = rest.count
            let buffer = unsafe pool.inputBuffer(
                atLeast: held + BufferPool.readByteCountMax + TLSSession.recordByteCountMax
            )
            if held > 0 { unsafe rest.copy(to: buffer) }
            let (filled, reading) = unsafe decrypt(session, into: buffer, from: held)
            if filled > held {
                unsafe deliver(UnsafeRawBufferPointer(rebasing: buffer[..<filled]))
            }
            switch reading {
            case .bytes: continue
            case .wantsMore: return
            case .ended:
                isSecureEndRead = true
                if state == .active { receivedEnd() }
                return
            case .failed(let reason):
                return failSecure(session, reason)
            }
        }
    }

    /// Fills `buffer` from `start` on; returns how far, and what the last read gave.
    private func decrypt(
        _ session: TLSSession,
        into buffer: UnsafeMutableRawBufferPointer,
        from start: Int
    ) -> (filled: Int, reading: TLSSession.Reading) {
        var filled = start
        while filled < buffer.count {
            // Safe: the rest of the buffer.
            let room = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
            let reading = unsafe session.read(into: room)
            guard case .bytes(let count) = reading else { return (filled, reading) }
            filled += count
        }
        return (filled, .bytes(0))
    }

    /// Encrypts what was written, as far as the peer keeps up, and sends it.
    // Safe: the queues' bytes are good for the calls, which do not touch the queues.
    func sendSecure(_ session: TLSSession) {
        var sent = 0
        while !isBlocked, sent < Self.sendByteCountMax {
            while state != .handshaking, !output.isEmpty,
                session.outgoing.count < BufferPool.readByteCountMax
            {
                guard let count = unsafe output.withBytes({ unsafe session.encrypt($0) }) else {
                    return finish(CloseReason(.tlsFailed, "TLS cannot encrypt"))
                }
                output.removeFirst(count, to: pool)
            }
            guard !session.outgoing.isEmpty else { return }
            let count = unsafe session.outgoing.withBytes { unsafe transmit($0) }
            guard count >= 0 else { return finishTransmit() }
            session.outgoing.removeFirst(count, to: pool)
            sent += count
        }
        if queuedByteCount > 0, !isBlocked { askForTurnEnd() }
    }

    /// TLS has failed: tells the peer why, as far as one send goes, and lingers so that it can read it.
    // Safe: the queue's bytes are good for the call.
    private func failSecure(_ session: TLSSession, _ reason: CloseReason) {
        guard state != .closed else { return }
        if !isBlocked { _ = unsafe session.outgoing.withBytes { unsafe transmit($0) } }
        output.removeAll(to: pool)
        session.outgoing.removeAll(to: pool)
        rest.removeAll()
        endReason = reason
        state = .closing
        isWriteEndAsked = true
        handshakeEnded()
        if isReadEnded { return finish(reason) }
        sendEnd()
        updateInterest()
    }

    /// Tells the listener that one handshake less is in progress, once.
    func handshakeEnded() {
        guard isHandshakeCounted else { return }
        isHandshakeCounted = false
        owner?.channelHandshakeEnded(self)
    }
}
