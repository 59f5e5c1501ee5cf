/// Why a storage call failed.
package struct StorageError: Error, Sendable, CustomStringConvertible {
    /// What the caller may do about it; raw values are fixed, they travel on the wire.
    package enum Code: UInt16, Sendable {
        /// Another writer came first: read again, then retry.
        case conflict = 1
        /// The store is out of reach: retry with backoff until the caller's deadline.
        case unavailable = 2
        /// Stored bytes are not what was written: never retry, alert an operator.
        case corrupt = 3
        /// The disk or a quota is full: reads go on, writes may be retried when space is freed.
        case full = 4
        /// The statement breaks a constraint or is wrong: a fault of ours, never retry.
        case invalid = 5
        /// The store's queue is full and nothing was done: retry with backoff.
        case overloaded = 6
        /// Another instance owns the shard now: this one stops, the caller asks the new owner.
        case fenced = 7
    }

    /// What the caller may do about it.
    package let code: Code
    /// For operators; holds no row's content.
    package let message: String
    /// The engine's own number, for operators: SQLite's extended result code or PostgreSQL's SQLSTATE.
    package let engineCode: String?

    /// What an operator reads: the sentence, and the engine's number to look it up by.
    package var description: String {
        engineCode.map { "\(message) (code \($0))" } ?? message
    }

    /// An error with its code and what an operator should read.
    package init(_ code: Code, _ message: String, engineCode: String? = nil) {
        self.code = code
        self.message = message
        self.engineCode = engineCode
    }
}
