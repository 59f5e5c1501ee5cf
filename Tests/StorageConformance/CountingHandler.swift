import Delivery
import DeliverySQL
import Model
import Storage
import Synchronization
import TestSupport
import Timekeeping

/// Counts effects in a table, one row a command in the order of arrival.
struct CountingHandler: CommandHandler {
    static let migrations = MigrationSet(
        component: "effects",
        [
            Migration(
                1,
                "effects",
                [
                    """
                    CREATE TABLE effects (position {bigint} PRIMARY KEY, booking {blob} NOT NULL, \
                    step {bigint} NOT NULL) {table}
                    """,
                    "CREATE TABLE answers (booking {blob} NOT NULL, step {bigint} NOT NULL) {table}",
                ]
            )
        ]
    )

    func handle(
        _ command: Command,
        at now: WallTime,
        in session: any SQLSession
    ) throws(StorageError) -> CommandReply {
        if command.method == 99 { return CommandReply(code: 9, subCode: 5) }
        if command.method == 98 { return CommandReply(code: 14) }
        let position = try session.first("SELECT count(*) FROM effects")!.integer(0)
        try session.execute(
            "INSERT INTO effects (position, booking, step) VALUES ($1, $2, $3)",
            [.integer(position), .blob(command.body), .integer(Int64(command.method))]
        )
        return CommandReply(code: 0, body: [UInt8(truncatingIfNeeded: position)])
    }

    func delivered(
        _ entry: OutboxEntry,
        reply: CommandReply,
        at now: WallTime,
        in session: any SQLSession
    ) throws(StorageError) {
        try session.execute(
            "INSERT INTO answers (booking, step) VALUES ($1, $2)",
            [.blob(entry.command.body), .integer(Int64(entry.command.method))]
        )
    }
}
