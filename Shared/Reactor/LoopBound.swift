/// A value of any kind that may travel between threads but is used on its loop alone, which is checked.
// Safe: `value` is reached only on the loop's thread.
package struct LoopBound<Value>: @unchecked Sendable {
    /// The loop that the value belongs to.
    package let loop: EventLoop
    private let stored: Value

    /// Binds `value`, which belongs to `loop`.
    package init(_ value: Value, to loop: EventLoop) {
        self.loop = loop
        stored = value
    }

    /// The value; stops the process where the caller is not on the loop.
    package var value: Value {
        loop.preconditionCurrent()
        return stored
    }
}
