internal import CLinux
internal import Glibc
internal import Synchronization
package import Timekeeping

/// One thread that waits for files, timers and work from other threads, and runs Swift tasks.
///
/// A task started with `executorPreference: loop` (`spawn(_:)` does) runs on the loop's thread from its first
/// instruction to its last, so it shares state with callbacks without locks, and each suspension costs
/// 0.3 us. Without the preference every resume travels through the global pool: 9 to 45 us. The counter
/// `foreignJobCount` shows that mistake.
///
/// A turn: wait, due timers, ready files, closures, jobs, end-of-turn handlers. Each stage has a bound, so
/// none starves the others; what is left goes on next turn without waiting. Jobs also run in between files.
///
/// Before `start()` or `run()` the loop belongs to the thread that made it, afterwards to its own; what is
/// not marked "from any thread" may be called only there.
// Safe: mutable state is touched on the loop's thread alone; `foreign`, `thread` and the counters synchronise.
@safe
package final class EventLoop: SerialExecutor, TaskExecutor, @unchecked Sendable {
    /// How many file events one turn takes.
    package static let fileEventsPerTurnMax = 512
    /// How many due timers one turn fires.
    package static let timersPerTurnMax = 1024
    /// How many closures, and how many jobs, one turn runs: about 2 ms of empty ones.
    package static let workPerTurnMax = 8192
    /// After how many ready files the jobs run that they gave rise to: all at the end of a turn would let the calls of
    /// 50 busy connections wait in memory at once, 1,600 with their requests, more than the nearest caches hold. With
    /// 32 in flight asynchronous handlers came to 0.55 of Redis ECHO then and to 0.75 now; few runs, busy machine.
    private static let filesPerJobsRun = 8

    /// The name of its thread, in logs and in `top -H`; 15 bytes of it count there.
    package let name: String
    /// Where the loop's timers get their time.
    package let timeSource: any TimeSource
    /// The time at the start of this turn: good for timers and deadlines, and costs nothing to read.
    ///
    /// Written between two handlers, so its reads go unchecked: one of them is in every step of a call.
    @safe @exclusivity(unchecked) package internal(set) var now: Instant

    let epoll: Int32
    let wakeDescriptor: Int32
    let foreign = ForeignQueue()
    /// `pthread_t` of the loop's thread; 0 before it runs.
    let thread = Atomic<UInt>(0)
    let foreignJobs = Atomic<Int>(0)
    let refused = Atomic<Int>(0)
    let isStopRequested = Atomic<Bool>(false)

    var files = FileTable()
    var timers = TimerHeap()
    var jobs: ContiguousArray<UnownedJob> = []
    var work: ContiguousArray<ForeignQueue.Work> = []
    var turnEndHandlers: ContiguousArray<any TurnEndHandler> = []
    var attachments: [ObjectIdentifier: AnyObject] = [:]

    /// Jobs run so far. A task costs one to start and one each time it goes on after it has waited.
    package private(set) var jobCount = 0

    private var isDescriptorless = false
    private var runningJobs: ContiguousArray<UnownedJob> = []
    private var runningJobIndex = 0
    /// How many jobs this turn may still run.
    var jobsLeft = 0
    private var runningWork: ContiguousArray<ForeignQueue.Work> = []
    private var runningWorkIndex = 0
    private var runningTurnEndHandlers: ContiguousArray<any TurnEndHandler> = []
    private var incoming = ForeignQueue.Batch()
    private let events: UnsafeMutablePointer<epoll_event>
    private let joinable = Mutex<pthread_t?>(nil)

    /// The token of the eventfd; no registration has it, since descriptors are never negative.
    private static let wakeToken = UInt64.max

    /// A loop that does not run yet.
    ///
    /// - Throws: `.descriptorsExhausted` where the process has no file descriptor left.
    package init(name: String, timeSource: any TimeSource) throws(SocketError) {
        self.name = name
        self.timeSource = timeSource
        now = timeSource.now
        epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard epoll >= 0 else { throw SocketError(errno: errno, doing: "create an event loop") }
        wakeDescriptor = clinux_eventfd(0)
        guard wakeDescriptor >= 0 else {
            let error = SocketError(errno: errno, doing: "create an event loop")
            close(epoll)
            throw error
        }
        unsafe events = .allocate(capacity: Self.fileEventsPerTurnMax)
        let added = clinux_epoll_control(
            epoll,
            EPOLL_CTL_ADD,
            wakeDescriptor,
            FileEvents.readable.rawValue,
            Self.wakeToken
        )
        precondition(added == 0, "epoll refuses a new eventfd")
    }

    // Safe: nobody refers to the loop any more, so nobody reads `events`.
    deinit {
        unsafe events.deallocate()
        if !isDescriptorless { closeDescriptors() }
    }

    /// Gives its descriptors back; nothing waits on the loop or wakes it any more.
    func closeDescriptors() {
        isDescriptorless = true
        close(wakeDescriptor)
        close(epoll)
    }

    /// Starts the loop on a thread of its own, which keeps it alive until `stop()`. From any thread, once.
    package func start() {
        // Safe: the reference retained here is released by the new thread, which alone receives it.
        joinable.withLock { joinable in
            precondition(joinable == nil, "an event loop starts once")
            var created = pthread_t()
            let status = unsafe pthread_create(
                &created,
                nil,
                { context in
                    guard let context = unsafe context else { return nil }
                    let loop = unsafe Unmanaged<EventLoop>.fromOpaque(context).takeRetainedValue()
                    unsafe loop.name.withCString { unsafe clinux_prepare_thread($0) }
                    loop.run()
                    return nil
                },
                Unmanaged.passRetained(self).toOpaque()
            )
            precondition(status == 0, "the system refuses a thread for an event loop")
            joinable = created
        }
    }

    /// Runs the loop on the calling thread until `stop()`.
    package func run() {
        let (isFirst, _) = thread.compareExchange(
            expected: 0,
            desired: UInt(pthread_self()),
            ordering: .relaxed
        )
        precondition(isFirst, "an event loop runs once")
        while true {
            turn()
            guard isStopRequested.load(ordering: .acquiring), !hasWork else { continue }
            if foreign.closeIfEmpty() { break }
        }
        files.removeAll()
        timers.removeAll()
        attachments.removeAll()
    }

    /// Asks the loop to end once the work it was given is done; returns at once. From any thread.
    ///
    /// Timers that are not due and files are let go of, not closed: their owners do that before.
    package func stop() {
        isStopRequested.store(true, ordering: .releasing)
        wake()
    }

    /// Waits for the thread of `start()` to end. From any thread but the loop's own, after `stop()`.
    package func join() {
        precondition(!isCurrent, "an event loop cannot wait for itself")
        let started = joinable.withLock { joinable in
            defer { joinable = nil }
            return joinable
        }
        if let started { pthread_join(started, nil) }
    }

    /// Whether something is left to do without waiting.
    var hasWork: Bool {
        runningJobIndex < runningJobs.count || !jobs.isEmpty
            || runningWorkIndex < runningWork.count || !work.isEmpty || !turnEndHandlers.isEmpty
    }

    /// Makes the loop go round once more. From any thread.
    func wake() {
        var one: UInt64 = 1
        // Safe: writes the 8 bytes of a local. It fails only where the counter is full, and then the loop
        // is awake already.
        _ = unsafe write(wakeDescriptor, &one, 8)
    }

    // MARK: - One turn

    private func turn() {
        let timeout = waitMilliseconds()
        // Safe: `events` has room for as many as are asked for.
        let count = unsafe epoll_wait(epoll, events, Int32(Self.fileEventsPerTurnMax), timeout)
        precondition(count >= 0 || errno == EINTR, "epoll_wait fails")
        beginTurn()
        fireTimers()
        if count > 0 { deliver(Int(count)) }
        runWork()
        runJobs()
        runTurnEndHandlers()
    }

    /// Reads the clock and counts the turn's jobs anew.
    func beginTurn() {
        now = timeSource.now
        jobsLeft = Self.workPerTurnMax
    }

    /// How long the next wait may take: 0 with work left, -1 for ever.
    private func waitMilliseconds() -> Int32 {
        if hasWork || isStopRequested.load(ordering: .acquiring) { return 0 }
        guard let earliest = timers.earliest else { return -1 }
        let reading = timeSource.now
        guard earliest > reading else { return 0 }
        // Rounded up: a timer that is woken early would spin until it is due.
        let milliseconds = (earliest.nanoseconds - reading.nanoseconds - 1) / 1_000_000 + 1
        return Int32(clamping: milliseconds)
    }

    func fireTimers() {
        var fired = 0
        while fired < Self.timersPerTurnMax, let due = timers.popDue(at: now) {
            due.handler.timerFired(due.token)
            fired += 1
        }
    }

    private func deliver(_ count: Int) {
        for index in 0..<count {
            // Safe: epoll_wait filled the first `count` events.
            let token = unsafe clinux_epoll_token(events + index)
            let ready = FileEvents(rawValue: unsafe events[index].events)
            if token == Self.wakeToken {
                takeForeignWork()
            } else {
                files.handler(for: token)?.fileReady(ready)
            }
            if index % Self.filesPerJobsRun == Self.filesPerJobsRun - 1 { runJobs() }
        }
    }

    private func takeForeignWork() {
        var counter: UInt64 = 0
        // Safe: reads the 8 bytes of a local. See `ForeignQueue.exchange` for the order of the two steps.
        _ = unsafe read(wakeDescriptor, &counter, 8)
        foreign.exchange(with: &incoming)
        jobs.append(contentsOf: incoming.jobs)
        work.append(contentsOf: incoming.work)
        incoming.jobs.removeAll(keepingCapacity: true)
        incoming.work.removeAll(keepingCapacity: true)
    }

    func runWork() {
        var left = Self.workPerTurnMax
        while left > 0 {
            if runningWorkIndex == runningWork.count {
                if work.isEmpty { return }
                runningWork.removeAll(keepingCapacity: true)
                runningWorkIndex = 0
                swap(&work, &runningWork)
            }
            let next = runningWork[runningWorkIndex]
            runningWorkIndex += 1
            next.body()
            left -= 1
        }
    }

    // Safe: every job was enqueued on this executor and is run once.
    func runJobs() {
        let executor = unsafe asUnownedTaskExecutor()
        while jobsLeft > 0 {
            if runningJobIndex == runningJobs.count {
                if jobs.isEmpty { return }
                runningJobs.removeAll(keepingCapacity: true)
                runningJobIndex = 0
                swap(&jobs, &runningJobs)
            }
            let next = runningJobs[runningJobIndex]
            runningJobIndex += 1
            jobCount &+= 1
            // Not as isolated to the loop, though it runs there: then each step into a function without isolation,
            // every `await` of ours, would be a job of its own: three for a wait instead of one.
            unsafe next.runSynchronously(on: executor)
            jobsLeft -= 1
        }
    }

    /// Calls the handlers asked for so far; what they ask for anew is for the next turn, so that a handler
    /// that always asks again cannot hold the loop.
    func runTurnEndHandlers() {
        guard !turnEndHandlers.isEmpty else { return }
        swap(&turnEndHandlers, &runningTurnEndHandlers)
        for handler in runningTurnEndHandlers { handler.endOfTurn() }
        runningTurnEndHandlers.removeAll(keepingCapacity: true)
    }
}
