/// How a database file is opened.
package struct SQLiteOptions: Sendable {
    /// What one transaction's commit waits for.
    package enum Durability: String, Sendable {
        /// The log is synced: the commit survives a power loss. The only one for services.
        case synced = "FULL"
        /// Nothing is synced: for the test that proves that the crash test notices.
        case unsynced = "OFF"
    }

    /// Where the file is; it is made, readable by its owner only, where there is none.
    package var path: String
    /// Name of a registered file layer; nil for the system's.
    package var fileSystem: String?
    /// Whether this connection locks the file for itself, which spares the shared-memory file. Then there can be no
    /// readers beside it: for the simulator.
    package var isExclusive = false
    /// What a commit waits for.
    package var durability = Durability.synced
    /// Bytes of a page of a new file, a power of two, 512 ... 65,536; 4,096 is what disks and kernel move at once.
    package var pageByteCount = 4096
    /// KiB of pages that each connection may keep in memory.
    package var cacheKibibytes = 64 * 1024
    /// Pages in the log after which it is copied into the file, off the callers' path; 4,096 are 16 MiB.
    package var checkpointPageCount = 4096
    /// Whether the file is checked as a whole before it is used (reads all of it: seconds for a gigabyte).
    package var checksOnOpen = false
    /// How long a statement waits for a lock that another process holds, milliseconds.
    package var busyMilliseconds: Int32 = 2000

    /// The options of a service for the file at `path`.
    package init(path: String) {
        self.path = path
    }
}
