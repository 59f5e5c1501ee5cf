internal import Delivery
internal import DeliverySQL
internal import Model
internal import Storage
internal import Timekeeping

/// Carries out commands in the store, each answered after its commit.
struct CommandReceiver {
    private unowned let process: ServiceProcess
    private let executor: CommandExecutor

    init(_ process: ServiceProcess, _ handler: any CommandHandler) {
        self.process = process
        executor = CommandExecutor(handler)
    }

    /// - Parameter committed: Called before the answer leaves: something may be due now.
    func receive(
        _ command: Command,
        answer: @escaping (Reply) -> Void,
        committed: @escaping () -> Void
    ) {
        let executor = executor
        let now = process.clock.wallTime
        process.write({ session throws(StorageError) -> CommandReply in
            try executor.execute(command, at: now, in: session)
        }) { result in
            switch result {
            case .success(let reply): answer(.command(reply))
            case .failure(let error): answer(.command(CommandReply(error)))
            }
            committed()
        }
    }
}

extension CommandReply {
    /// The answer to a caller whose command the store did not take: all but a fault of ours passes by itself.
    init(_ error: StorageError) {
        switch error.code {
        case .conflict: self.init(code: 10)
        case .unavailable, .overloaded, .fenced: self.init(code: 14)
        case .full: self.init(code: 8)
        case .corrupt: self.init(code: 15)
        case .invalid: self.init(code: 13)
        }
    }
}
