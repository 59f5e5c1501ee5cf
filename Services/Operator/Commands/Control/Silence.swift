internal import Calls
internal import WireFormat

/// Why a program does not say how it is: nobody listens, somebody listens and does not answer, or it answers an error.
///
/// The kernel takes connections for a process that is stopped or stuck, so a port that can be connected to says little;
/// and what to do about a stuck program differs from what to do about one that has gone.
struct Silence: Error {
    /// Who has the port; `nil` where nobody does or the process belongs to another user.
    let holder: PortProbe.Holder?
    private let port: UInt16
    private let isListening: Bool
    private let isStopped: Bool
    private let error: CallError

    /// Looks at `port`, where a call failed with `error`.
    init(_ port: UInt16, _ error: CallError) {
        let holder = PortProbe.holder(of: port)
        self.init(
            port: port,
            holder: holder,
            isListening: holder != nil || !PortProbe.isFree(port),
            isStopped: holder.map { PortProbe.isStopped($0.id) } ?? false,
            error: error
        )
    }

    /// What was seen.
    init(
        port: UInt16,
        holder: PortProbe.Holder?,
        isListening: Bool,
        isStopped: Bool,
        error: CallError
    ) {
        self.port = port
        self.holder = holder
        self.isListening = isListening
        self.isStopped = isStopped
        self.error = error
    }

    private var isAnswered: Bool {
        error.code != .unavailable && error.code != .deadlineExceeded
    }

    /// One word, for programs.
    var state: String {
        if isAnswered { return "fails" }
        return isListening ? "hangs" : "down"
    }

    /// What was seen, for people.
    var reason: String {
        if isAnswered { return error.message }
        guard isListening else { return "nobody listens at port \(port)" }
        guard let holder else {
            return "port \(port) is taken and does not answer as we expect: \(error.message)"
        }
        let who = "\(holder.name) (process \(holder.id))"
        guard !isStopped else {
            return "\(who) is stopped by a signal; `kill -CONT \(holder.id)` lets it go on"
        }
        return "\(who) listens at port \(port) and does not answer: \(error.message)"
    }
}
