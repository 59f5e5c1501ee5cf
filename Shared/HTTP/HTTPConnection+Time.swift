internal import Reactor
internal import Timekeeping

/// The time limits of a connection. One timer serves them all and is moved only when a limit comes nearer, so a
/// busy connection touches the loop's timers once a minute, not once a request.
extension HTTPConnection {
    /// Starts the limit for what the client sends next; the same wait goes on unless it `isNew`.
    func wait(for next: Waiting, isNew: Bool) {
        guard isNew || next != waiting || deadline == nil else { return }
        waiting = next
        let limit =
            switch next {
            case .head: server.options.headTimeMax
            case .body: server.options.bodyTimeMax
            case .nextRequest: server.options.idleTimeMax
            }
        deadlineIs(loop.now.advanced(by: limit))
    }

    func deadlineIs(_ instant: Instant) {
        deadline = instant
        if !timer.isNone {
            guard instant < timerIsFor else { return }
            loop.cancel(timer)
        }
        timerIsFor = instant
        timer = loop.schedule(at: instant, self)
    }

    func timerFired(_ token: TimerToken) {
        timer = .none
        guard let deadline else { return }
        guard loop.now >= deadline else { return deadlineIs(deadline) }
        self.deadline = nil
        switch phase {
        case .ready:
            // Nothing of a request has come: there is nobody to tell anything.
            !parser.isInsideRequest
                ? end()
                : closeWith(Problem(.requestTimeout, detail: "The request took too long."))
        case .handling:
            task?.cancel()
            var problem = Problem(.serviceUnavailable, detail: "The answer took too long.")
            problem.isRetryable = true
            closeWith(problem)
        case .streaming, .closing:
            break
        }
    }

    /// Whether nothing of a request is here or in work.
    var isIdle: Bool { phase == .ready && !parser.isInsideRequest && !isStalled }

    /// Ends the connection as soon as its request in work, if any, is answered.
    func drain() {
        if isIdle { end() } else { exchange.keepsAlive = false }
    }
}
