package import Glibc

/// Turns signals of the system into a stop request.
///
/// A thread of its own waits for them, so no code of ours ever runs within a signal handler. A second signal ends the
/// program at once: whoever presses Ctrl-C twice does not want to wait for the drain.
package enum SignalWatcher {
    /// The signals that ask a program to stop: from an orchestrator, from a keyboard, and from a terminal that goes
    /// away, unless whoever started the program had it ignore that one, as nohup(1) does.
    package static var stopSignals: [Int32] {
        [SIGTERM, SIGINT] + (isIgnored(SIGHUP) ? [] : [SIGHUP])
    }

    /// Whether the program ignores signal `number`. Blocked, it would be taken all the same.
    static func isIgnored(_ number: Int32) -> Bool {
        var action = sigaction()
        guard sigaction(number, nil, &action) == 0 else { return false }
        return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
            == unsafeBitCast(SIG_IGN, to: Int.self)
    }

    /// What the thread works with; it lives as long as the program.
    private final class Context: Sendable {
        let signals: [Int32]
        let stop: StopRequest
        let leave: @Sendable (Int32) -> Void

        init(_ signals: [Int32], _ stop: StopRequest, _ leave: @escaping @Sendable (Int32) -> Void)
        {
            self.signals = signals
            self.stop = stop
            self.leave = leave
        }
    }

    /// Starts watching. The first statement of `main`: threads that exist already would still take the signals.
    ///
    /// Also ignores SIGPIPE, so that a peer that goes away is an error of a write and not the end of the program.
    ///
    /// - Parameters:
    ///   - stop: Resolved by the first signal.
    ///   - signals: What to watch.
    ///   - leave: Called by the second signal, with the exit code that shells expect.
    /// - Returns: The thread, for tests that send it a signal.
    @discardableResult
    package static func start(
        _ stop: StopRequest,
        signals: [Int32] = stopSignals,
        leave: @escaping @Sendable (Int32) -> Void = { _exit($0) }
    ) -> pthread_t {
        signal(SIGPIPE, SIG_IGN)
        var set = signalSet(signals)
        pthread_sigmask(SIG_BLOCK, &set, nil)
        var thread = pthread_t()
        // Safe: the thread owns the reference that it is given.
        let context = Unmanaged.passRetained(Context(signals, stop, leave))
        let code = pthread_create(
            &thread,
            nil,
            { pointer in
                guard let pointer else { return nil }
                SignalWatcher.watch(Unmanaged<Context>.fromOpaque(pointer).takeRetainedValue())
                return nil
            },
            context.toOpaque()
        )
        precondition(code == 0, "the system refuses the thread that watches signals")
        return thread
    }

    private static func watch(_ context: Context) {
        var set = signalSet(context.signals)
        while true {
            var number: Int32 = 0
            guard sigwait(&set, &number) == 0 else { continue }
            if !context.stop.resolve(.signal(number)) {
                context.leave(128 + number)
                return
            }
        }
    }

    private static func signalSet(_ signals: [Int32]) -> sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        for signal in signals { sigaddset(&set, signal) }
        return set
    }
}
