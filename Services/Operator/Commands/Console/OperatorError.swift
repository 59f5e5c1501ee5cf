/// Why a command failed: what happened, and what a person can do about it.
package struct OperatorError: Error, Hashable, Sendable {
    /// What happened, one sentence.
    package let message: String
    /// What to do, one sentence; empty where there is nothing to add.
    package let advice: String

    /// A failure.
    package init(_ message: String, advice: String = "") {
        self.message = message
        self.advice = advice
    }

    /// Both sentences, as they are printed.
    package var text: String { advice.isEmpty ? message : "\(message)\n  \(advice)" }
}

/// What the command tells the shell.
package enum OperatorExit: Int32, Sendable {
    /// Done, or stopped as asked.
    case ok = 0
    /// It was tried and did not work.
    case failed = 1
    /// The command line cannot be run.
    case usage = 2
}
