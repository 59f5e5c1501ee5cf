internal import CSQLite

/// One open file of the simulated layer.
final class SimulatedHandle {
    private let disk: SimulatedDisk
    private let file: SimulatedDisk.File
    private let name: String
    private let flags: Int32
    private let generation: Int

    // SQLite's extended codes are macros with a shift, which are not imported.
    static let deleteNotFound = SQLITE_IOERR | 23 << 8
    private static let readError = SQLITE_IOERR | 1 << 8
    private static let shortRead = SQLITE_IOERR | 2 << 8
    private static let writeError = SQLITE_IOERR | 3 << 8
    private static let syncError = SQLITE_IOERR | 4 << 8
    private static let truncateError = SQLITE_IOERR | 6 << 8

    init(disk: SimulatedDisk, file: SimulatedDisk.File, name: String, flags: Int32) {
        self.disk = disk
        self.file = file
        self.name = name
        self.flags = flags
        generation = disk.generation
    }

    /// A handle from before a crash belongs to a process that is no more.
    private var isDead: Bool { disk.isDown || generation != disk.generation }

    func close() {
        if flags & SQLITE_OPEN_DELETEONCLOSE != 0, !isDead { _ = disk.remove(name) }
    }

    func read(_ output: UnsafeMutableRawPointer, _ count: Int, at offset: Int) -> Int32 {
        guard !isDead else { return Self.readError }
        let available = max(0, min(count, file.visible.count - offset))
        unsafe output.initializeMemory(as: UInt8.self, repeating: 0, count: count)
        if available > 0 {
            unsafe file.visible.withUnsafeBytes { bytes in
                guard let start = bytes.baseAddress else { return }
                unsafe output.copyMemory(from: start + offset, byteCount: available)
            }
        }
        return available == count ? SQLITE_OK : Self.shortRead
    }

    func write(_ input: UnsafeRawPointer, _ count: Int, at offset: Int) -> Int32 {
        guard generation == disk.generation else { return Self.writeError }
        let bytes = unsafe Array(UnsafeRawBufferPointer(start: input, count: count))
        switch disk.write(bytes, at: offset, to: file) {
        case .done: return SQLITE_OK
        case .failed: return Self.writeError
        case .full: return SQLITE_FULL
        }
    }

    func truncate(to byteCount: Int) -> Int32 {
        guard generation == disk.generation else { return Self.truncateError }
        return disk.truncate(file, to: byteCount) == .done ? SQLITE_OK : Self.truncateError
    }

    func sync() -> Int32 {
        guard generation == disk.generation else { return Self.syncError }
        return disk.sync(file) == .done ? SQLITE_OK : Self.syncError
    }

    var byteCount: Int { file.visible.count }
}

/// The library's table of file methods, the same for all files.
enum SimulatedMethods {
    // Safe: written once, before the first file is opened, and read by the library from then on.
    nonisolated(unsafe) static let table: UnsafePointer<sqlite3_io_methods> = {
        let table = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
        unsafe table.initialize(to: sqlite3_io_methods())
        unsafe table.pointee.iVersion = 1
        unsafe installTransfers(in: table)
        unsafe installLocks(in: table)
        return unsafe UnsafePointer(table)
    }()

    private static func handle(_ file: UnsafeMutablePointer<sqlite3_file>?) -> SimulatedHandle? {
        guard let file = unsafe file else { return nil }
        let open = unsafe UnsafeMutableRawPointer(file).assumingMemoryBound(to: OpenFile.self)
        return unsafe open.pointee.handle.takeUnretainedValue()
    }

    private static func installTransfers(in table: UnsafeMutablePointer<sqlite3_io_methods>) {
        unsafe table.pointee.xClose = { file in
            guard let file = unsafe file else { return SQLITE_OK }
            unsafe SimulatedMethods.handle(file)?.close()
            let open = unsafe UnsafeMutableRawPointer(file).assumingMemoryBound(to: OpenFile.self)
            unsafe open.pointee.handle.release()
            return SQLITE_OK
        }
        unsafe table.pointee.xRead = { file, output, count, offset in
            guard let handle = unsafe SimulatedMethods.handle(file), let output = unsafe output
            else {
                return SQLITE_IOERR
            }
            return unsafe handle.read(output, Int(count), at: Int(offset))
        }
        unsafe table.pointee.xWrite = { file, input, count, offset in
            guard let handle = unsafe SimulatedMethods.handle(file), let input = unsafe input else {
                return SQLITE_IOERR
            }
            return unsafe handle.write(input, Int(count), at: Int(offset))
        }
        unsafe table.pointee.xTruncate = { file, byteCount in
            unsafe SimulatedMethods.handle(file)?.truncate(to: Int(byteCount)) ?? SQLITE_IOERR
        }
        unsafe table.pointee.xSync = { file, _ in
            unsafe SimulatedMethods.handle(file)?.sync() ?? SQLITE_IOERR
        }
        unsafe table.pointee.xFileSize = { file, result in
            guard let handle = unsafe SimulatedMethods.handle(file) else { return SQLITE_IOERR }
            unsafe result?.pointee = Int64(handle.byteCount)
            return SQLITE_OK
        }
    }

    private static func installLocks(in table: UnsafeMutablePointer<sqlite3_io_methods>) {
        // One connection at a time: every lock is free.
        unsafe table.pointee.xLock = { _, _ in SQLITE_OK }
        unsafe table.pointee.xUnlock = { _, _ in SQLITE_OK }
        unsafe table.pointee.xCheckReservedLock = { _, result in
            unsafe result?.pointee = 0
            return SQLITE_OK
        }
        unsafe table.pointee.xFileControl = { _, _, _ in SQLITE_NOTFOUND }
        unsafe table.pointee.xSectorSize = { _ in 4096 }
        unsafe table.pointee.xDeviceCharacteristics = { _ in 0 }
    }
}
