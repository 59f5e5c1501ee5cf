internal import Glibc
internal import Reactor

extension ByteChannel {
    /// Ends the sending direction once all that is queued is sent; reading goes on until the peer's end.
    ///
    /// Not for other modules: none of our protocols half-closes. Peers may, and tests play them with it.
    func closeWriting() {
        loop.preconditionCurrent()
        guard state == .active, !isWriteEndAsked else { return }
        isWriteEndAsked = true
        askForTurnEnd()
    }

    /// Ends the channel in order: sends what is queued, then the end, and waits `lingerMax` for the peer's.
    ///
    /// The delegate gets no more bytes, and `channelClosed` when it is over.
    package func close() {
        loop.preconditionCurrent()
        switch state {
        case .idle, .handshaking: finish(.closedHere)
        case .closing, .closed: break
        case .active:
            state = .closing
            isWriteEndAsked = true
            rest.removeAll()
            askForTurnEnd()
        }
    }

    /// Ends the channel at once; what is queued is lost. `channelClosed` follows at the end of the turn.
    package func abort(_ reason: CloseReason = .closedHere) {
        loop.preconditionCurrent()
        finish(reason)
    }

    /// All is sent: sends the end, and waits for the peer's or is done.
    func sendEnd() {
        Socket.shutDownWriting(descriptor)
        isWriteEnded = true
        loop.cancel(timer)
        timer = .none
        if isReadEnded {
            finishAfterEnd()
        } else if state == .closing {
            timer = loop.schedule(after: options.lingerMax, self)
        }
    }

    /// Both directions have ended in order.
    func finishAfterEnd() {
        finish(state == .closing ? endReason : .ended)
    }

    /// Both directions are shut or broken while nothing is read: the socket knows why.
    func failFromSocket() {
        let code = Socket.pendingError(of: descriptor)
        guard code != 0 else { return finish(.ended) }
        failBroken(SocketError(errno: code, doing: "use the connection"))
    }

    /// The connection broke. Where our end was sent already, what ended the channel came before that.
    func failBroken(_ error: SocketError) {
        let isOver = state == .closing && isWriteEnded
        finish(isOver ? endReason : CloseReason(.reset, error.message))
    }

    /// The one way to the end: lets go of everything now, and tells the delegate at the end of the turn.
    func finish(_ reason: CloseReason) {
        guard state != .closed else { return }
        state = .closed
        closeReason = reason
        loop.cancel(timer)
        timer = .none
        if let registration { loop.deregister(registration) }
        registration = nil
        Socket.close(descriptor)
        rest.removeAll()
        output.removeAll(to: pool)
        tls?.outgoing.removeAll(to: pool)
        tls = nil
        handshakeEnded()
        askForTurnEnd()
    }

    /// Tells the delegate and the owner that the channel is over, once.
    func deliverClose() {
        guard let reason = closeReason else { return }
        let delegate = self.delegate
        self.delegate = nil
        owner?.channelFinished(self)
        owner = nil
        delegate?.channelClosed(self, reason)
    }

    /// Tells the delegate that bytes flow, once.
    func deliverActivation() {
        isActivationAsked = false
        guard state == .active else { return }
        delegate?.channelActive(self)
    }
}
