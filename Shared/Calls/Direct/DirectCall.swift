package import Messages
internal import Timekeeping
internal import WireFormat

/// One call as whole messages, on its way from a `DirectClient` to a `DirectServer`: what OPEN says.
package struct DirectCall: Sendable {
    /// What is called.
    package let method: MethodDescriptor
    /// The first message.
    package let body: [UInt8]
    /// Whether it is the caller's last.
    package let isEnd: Bool
    /// Tenant, key, caller token and trace.
    package var options: CallOptions
    /// What is left of the caller's time; `nil` for a stream without end.
    package let timeout: Duration?
    /// 1 for the first try.
    package let attempt: Int

    /// A call that leaves its caller now.
    package init(
        method: MethodDescriptor,
        body: [UInt8],
        isEnd: Bool,
        options: CallOptions,
        timeout: Duration?,
        attempt: Int = 1
    ) {
        self.method = method
        self.body = body
        self.isEnd = isEnd
        self.options = options
        self.timeout = timeout
        self.attempt = attempt
    }

    /// The same as a frame would carry it.
    var block: CallBlock {
        var block = CallClient.block(of: method, options, attempt: attempt)
        block.timeoutMilliseconds = timeout.map(CallClient.milliseconds) ?? CallBlock.noTimeout
        return block
    }
}
