internal import BillingServer
internal import Storage

/// Billing: its real commands and tables.
final class BillingLogic: ServiceLogic {
    private let receiver: CommandReceiver

    init(_ process: ServiceProcess) {
        receiver = CommandReceiver(process, BillingCommands())
    }

    func start() throws(StorageError) {}

    func receive(_ request: Request, answer: @escaping (Reply) -> Void) {
        guard case .command(let command) = request else { return }
        receiver.receive(command, answer: answer) {}
    }
}
