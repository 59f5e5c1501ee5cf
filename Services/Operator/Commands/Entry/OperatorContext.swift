internal import Crypto
package import HTTPClient
package import Reactor
package import ServiceRuntime
package import Timekeeping

/// What every command works with: the terminal, the clocks, one event loop, and the wish to stop.
package struct OperatorContext: Sendable {
    /// The terminal.
    package let console: Console
    /// The machine's clocks.
    package let time: any TimeSource
    /// The loop of all connections; tasks that touch them run on it.
    package let loop: EventLoop
    /// Resolved by Ctrl-C and SIGTERM.
    package let stop: StopRequest

    /// A context with a loop that runs.
    package init(console: Console, time: any TimeSource, stop: StopRequest) throws(OperatorError) {
        self.console = console
        self.time = time
        self.stop = stop
        do {
            loop = try EventLoop(name: "operator", timeSource: time)
        } catch {
            throw OperatorError("No event loop can be made: \(error.message)")
        }
        loop.start()
    }

    /// Makes an HTTP client, lends it to `body`, and closes it.
    ///
    /// - Parameter authority: The certificate that servers are checked against; `nil` for plain HTTP.
    package func withHTTP<Result: Sendable>(
        authority: String?,
        _ body: (HTTPClient) async throws(OperatorError) -> Result
    ) async throws(OperatorError) -> Result {
        var options = HTTPClientOptions()
        options.authorityPath = authority
        options.userAgent = "nexors/\(BuildInfo.version)"
        options.bodyByteCountMax = 16 * 1024 * 1024
        let (loop, wanted) = (loop, options)
        guard let client = await loop.submit({ HTTPClient(loop: loop, options: wanted) }) else {
            throw OperatorError("libcurl has no memory for a client.")
        }
        let result: Swift.Result<Result, OperatorError>
        do {
            result = .success(try await body(client))
        } catch {
            result = .failure(error)
        }
        await loop.submit { client.close() }
        return try result.get()
    }

    /// Waits, unless the command is to stop.
    ///
    /// - Returns: Whether the time passed.
    package func sleep(_ duration: Duration) async -> Bool {
        if stop.current != nil { return false }
        let loop = loop
        let task = loop.spawn { await loop.sleep(for: duration) }
        let passed = await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            task.cancel()
        }
        return passed && stop.current == nil
    }
}
