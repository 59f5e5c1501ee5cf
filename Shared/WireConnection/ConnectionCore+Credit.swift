package import WireFormat

extension ConnectionCore {
    /// Says that the owner is done with `byteCount` bytes of a call's messages, so that as many may come.
    ///
    /// A slow reader pushes back by not calling this. Every byte of every `.opened` and `.data` body is
    /// reported once, also after the call ended; the sum never exceeds what was received.
    package mutating func consumed(_ byteCount: Int, on stream: StreamID) {
        guard byteCount > 0, phase == .up else { return }
        precondition(
            byteCount <= Int(agreed.connectionCredit) &- receiveCredit &- receiveConsumed,
            "nothing is consumed twice"
        )
        returnCredit(byteCount)
        let slot = streams.find(stream)
        guard slot >= 0 else { return }
        let fromOpen = min(byteCount, Int(streams[slot].openBodyHeld))
        streams[slot].openBodyHeld &-= Int32(truncatingIfNeeded: fromOpen)
        // After the peer's END, or a cancel, nobody waits for more of this stream.
        let facts = streams[slot].facts
        guard !facts.contains(.remoteEnded), !facts.contains(.cancelled) else { return }
        let pending = streams[slot].receiveConsumed &+ byteCount &- fromOpen
        guard pending > 0, pending >= Int(streams[slot].receiveWindow / 2) else {
            streams[slot].receiveConsumed = pending
            return
        }
        streams[slot].receiveConsumed = 0
        streams[slot].receiveCredit &+= pending
        ControlPayload.encodeCredit(UInt32(truncatingIfNeeded: pending), on: stream, into: &output)
    }

    /// Gives connection credit back; a CREDIT goes out once half the window is due.
    mutating func returnCredit(_ byteCount: Int) {
        receiveConsumed &+= byteCount
        guard receiveConsumed >= Int(agreed.connectionCredit / 2) else { return }
        ControlPayload.encodeCredit(
            UInt32(truncatingIfNeeded: receiveConsumed),
            on: .connection,
            into: &output
        )
        receiveCredit &+= receiveConsumed
        receiveConsumed = 0
    }

    /// Client: grants more response credit than was given with the call, for one that began with none.
    ///
    /// - Parameter byteCount: At least a quarter of the call's response credit.
    package mutating func grant(_ byteCount: UInt32, on stream: StreamID) {
        precondition(role == .client, "a server grants by consuming")
        let slot = streams.find(stream)
        guard byteCount > 0, phase == .up, slot >= 0 else { return }
        let credit = streams[slot].receiveCredit &+ Int(byteCount)
        precondition(credit <= Int(CallBlock.creditMaximum), "credit stays below 2^31")
        streams[slot].receiveCredit = credit
        streams[slot].receiveWindow = max(streams[slot].receiveWindow, byteCount)
        ControlPayload.encodeCredit(byteCount, on: stream, into: &output)
    }

    /// Says that the first `byteCount` bytes of `output` are on their way and need not be kept.
    package mutating func outputTaken(_ byteCount: Int) {
        output.removeFirst(byteCount)
        if output.isEmpty { forcedAnswerCount = 0 }
        guard awaitsRoom, phase == .up else { return }
        guard output.byteCount <= Int(agreed.connectionCredit) / 2 else { return }
        awaitsRoom = false
        enqueue(.writable(.connection))
    }
}
