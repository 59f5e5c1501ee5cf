internal import CCurl
package import Reactor
internal import Timekeeping

/// Sends requests to other parties by libcurl's multi interface, on one event loop.
///
/// libcurl tells which sockets and which time it waits for, the loop watches them; name look-up runs on
/// libcurl's own threads. Connections are kept and used again. One client for each kind of party: providers that
/// an operator configured, webhooks with `AddressPolicy.publicOnly`. Each request's time limit is exact even if
/// an answer drips. No redirects are followed, no proxy of the environment is used, no cookies are kept.
// Safe: state is touched on the loop only; `send` goes there first.
@safe
package final class HTTPClient: @unchecked Sendable {
    /// The loop.
    package let loop: EventLoop
    /// The limits.
    package let options: HTTPClientOptions
    private let multi: UnsafeMutableRawPointer
    private var watches: [Int32: SocketWatch] = [:]
    private var transfers: [ObjectIdentifier: Transfer] = [:]
    private var idleHandles: [UnsafeMutableRawPointer]
    private var timer = TimerToken.none
    private var isClosed = false
    /// Whether anything was ever asked of it.
    private var isUsed = false

    /// Handles that are kept for the next request; each holds some 10 KiB.
    private static let idleHandleCountMax = 64

    /// libcurl's own set-up, once for the process.
    private static let isReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    /// A client without connections; once something was sent by it, close it before its loop stops.
    ///
    /// - Returns: `nil` where libcurl has no memory.
    package init?(loop: EventLoop, options: HTTPClientOptions = HTTPClientOptions()) {
        guard Self.isReady, let multi = unsafe curl_multi_init() else { return nil }
        self.loop = loop
        self.options = options
        unsafe self.multi = multi
        unsafe idleHandles = []
        for (option, value) in [
            (CURLMOPT_MAXCONNECTS, options.idleConnectionCountMax),
            (CURLMOPT_MAX_HOST_CONNECTIONS, options.connectionsPerHostMax),
            (CURLMOPT_MAX_TOTAL_CONNECTIONS, options.connectionCountMax),
        ] {
            unsafe ccurl_multi_set_long(multi, option, value)
        }
        // Safe: libcurl calls back only within calls of this object, which outlives the handle.
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe ccurl_multi_set_socket_function(multi, CurlCallbacks.socket, context)
        unsafe ccurl_multi_set_timer_function(multi, CurlCallbacks.timer, context)
    }

    // Safe: the callbacks are taken out first, so libcurl calls nothing of an object that is going.
    deinit {
        guard !isClosed else { return }
        // Its program could not start, and the loop may not run any more: nothing of it is held yet.
        precondition(!isUsed, "a client is closed before it is let go")
        unsafe ccurl_multi_set_socket_function(multi, nil, nil)
        unsafe ccurl_multi_set_timer_function(multi, nil, nil)
        unsafe curl_multi_cleanup(multi)
    }

    /// Sends `request` and waits for the complete answer; any status is an answer. From any task.
    ///
    /// - Throws: `HTTPClientError`; its `outcome` says whether the peer may have processed the request. A
    ///   cancelled task's request is cut off at once.
    package func send(
        _ request: HTTPClientRequest
    ) async throws(HTTPClientError) -> HTTPClientResponse {
        let transfer = Transfer(request, options)
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                loop.execute { [self] in
                    transfer.completion = { continuation.resume(returning: $0) }
                    start(transfer)
                }
            }
        } onCancel: {
            loop.execute { [self] in cancel(transfer) }
        }
        return try result.get()
    }

    /// How many requests are under way.
    package var requestCount: Int { transfers.count }

    /// Cuts off what is under way and closes every connection. Call it on the loop.
    package func close() {
        loop.preconditionCurrent()
        guard !isClosed else { return }
        isClosed = true
        for transfer in Array(transfers.values) {
            end(transfer, .failure(brokenOff(transfer, .closed, "the client was closed")))
        }
        // Closing tells the socket callback about each kept connection first.
        unsafe curl_multi_cleanup(multi)
        for (_, watch) in watches { loop.deregister(watch.registration) }
        watches = [:]
        while let handle = unsafe idleHandles.popLast() { unsafe curl_easy_cleanup(handle) }
        loop.cancel(timer)
    }

    // MARK: - Requests

    private func start(_ transfer: Transfer) {
        isUsed = true
        let refusal: (HTTPClientError.Code, String)? =
            if isClosed {
                (.closed, "the client is closed")
            } else if transfer.isCancelled {
                (.cancelled, "the task was cancelled")
            } else if let fault = transfer.request.fault {
                (.invalidRequest, fault)
            } else if transfers.count >= options.requestCountMax {
                (.overloaded, "\(options.requestCountMax) requests are under way")
            } else {
                nil
            }
        if let (code, message) = refusal {
            return transfer.complete(.failure(transfer.error(code, message, isSent: false)))
        }
        guard let easy = unsafe idleHandles.popLast() ?? curl_easy_init(),
            unsafe EasyHandle.prepare(easy, for: transfer)
        else {
            let error = transfer.error(.other, "libcurl refused an option", isSent: false)
            return transfer.complete(.failure(error))
        }
        unsafe transfer.easy = easy
        transfers[ObjectIdentifier(transfer)] = transfer
        // Requests that wait for a connection are not under libcurl's own limit, so the loop keeps one too.
        transfer.timer = loop.schedule(after: transfer.request.timeMax) { [self] in
            guard transfers[ObjectIdentifier(transfer)] != nil else { return }
            transfer.timer = .none
            end(transfer, .failure(brokenOff(transfer, .timedOut, "the time limit ran out")))
        }
        unsafe curl_multi_add_handle(multi, easy)
    }

    private func cancel(_ transfer: Transfer) {
        transfer.isCancelled = true
        guard transfers[ObjectIdentifier(transfer)] != nil else { return }
        end(transfer, .failure(brokenOff(transfer, .cancelled, "the task was cancelled")))
    }

    private func brokenOff(
        _ transfer: Transfer,
        _ code: HTTPClientError.Code,
        _ message: String
    ) -> HTTPClientError {
        transfer.error(code, message, isSent: unsafe EasyHandle.hasSent(transfer.easy))
    }

    /// Takes `transfer` from libcurl and tells its caller.
    private func end(
        _ transfer: Transfer,
        _ result: Result<HTTPClientResponse, HTTPClientError>
    ) {
        transfers[ObjectIdentifier(transfer)] = nil
        loop.cancel(transfer.timer)
        if let easy = unsafe transfer.easy {
            unsafe curl_multi_remove_handle(multi, easy)
            unsafe curl_easy_reset(easy)
            if unsafe idleHandles.count < Self.idleHandleCountMax, !isClosed {
                unsafe idleHandles.append(easy)
            } else {
                unsafe curl_easy_cleanup(easy)
            }
            unsafe transfer.easy = nil
        }
        if let list = unsafe transfer.headerList { unsafe curl_slist_free_all(list) }
        unsafe transfer.headerList = nil
        transfer.complete(result)
    }

    // MARK: - libcurl and the loop

    /// Tells libcurl what happened to a socket, or that its time has come, and takes what is complete.
    func act(on socket: Int32, _ events: Int32) {
        guard !isClosed else { return }
        var runningCount: Int32 = 0
        unsafe curl_multi_socket_action(multi, socket, events, &runningCount)
        var leftCount: Int32 = 0
        while let message = unsafe curl_multi_info_read(multi, &leftCount) {
            guard unsafe message.pointee.msg == CURLMSG_DONE,
                let easy = unsafe message.pointee.easy_handle,
                let transfer = unsafe EasyHandle.transfer(of: easy)
            else { continue }
            let result = unsafe message.pointee.data.result
            end(transfer, transfer.outcome(result, isSent: unsafe EasyHandle.hasSent(easy)))
        }
    }

    /// libcurl waits for `what` of `socket` from now on.
    func watch(_ socket: Int32, for what: Int32) {
        if what == CURL_POLL_REMOVE {
            guard let watch = watches.removeValue(forKey: socket) else { return }
            return loop.deregister(watch.registration)
        }
        var interest: FileEvents = []
        if what & CURL_POLL_IN != 0 { interest.insert(.readable) }
        if what & CURL_POLL_OUT != 0 { interest.insert(.writable) }
        if let watch = watches[socket] { return loop.update(watch.registration, to: interest) }
        watches[socket] = SocketWatch(client: self, socket: socket, interest: interest)
    }

    /// libcurl wants to be called after `milliseconds`, or never where that is negative.
    func wait(milliseconds: Int) {
        loop.cancel(timer)
        timer = .none
        guard milliseconds >= 0 else { return }
        timer = loop.schedule(after: .milliseconds(milliseconds)) { [self] in
            timer = .none
            act(on: CURL_SOCKET_TIMEOUT, 0)
        }
    }
}
