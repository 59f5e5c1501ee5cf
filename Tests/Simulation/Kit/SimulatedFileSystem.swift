internal import CSQLite

/// SQLite's file layer over a simulated disk, registered under a name of its own.
///
/// For one connection at a time that locks its file exclusively, so there is no shared memory; the clock and the
/// randomness that the library asks for are fixed.
@safe package final class SimulatedFileSystem {
    /// The name to open a database with.
    package let name: String
    /// The disk under it.
    package let disk: SimulatedDisk

    // Safe: allocated in init, registered until deinit, used by the library on the caller's thread only.
    private let vfs: UnsafeMutablePointer<sqlite3_vfs>
    private let nameBytes: UnsafeMutablePointer<CChar>

    /// Registers a file layer over `disk`; `name` must be its own in the process.
    package init(name: String, disk: SimulatedDisk) {
        self.name = name
        self.disk = disk
        let units = name.utf8CString
        unsafe nameBytes = .allocate(capacity: units.count)
        unsafe nameBytes.initialize(from: Array(units), count: units.count)
        unsafe vfs = .allocate(capacity: 1)
        unsafe vfs.initialize(to: sqlite3_vfs())
        unsafe vfs.pointee.iVersion = 1
        unsafe vfs.pointee.szOsFile = Int32(MemoryLayout<OpenFile>.size)
        unsafe vfs.pointee.mxPathname = 512
        unsafe vfs.pointee.zName = UnsafePointer(nameBytes)
        unsafe vfs.pointee.pAppData = Unmanaged.passUnretained(disk).toOpaque()
        unsafe Self.install(in: vfs)
        unsafe sqlite3_vfs_register(vfs, 0)
    }

    deinit {
        unsafe sqlite3_vfs_unregister(vfs)
        unsafe vfs.deallocate()
        unsafe nameBytes.deallocate()
    }

    private static func disk(
        _ vfs: UnsafeMutablePointer<sqlite3_vfs>?
    ) -> SimulatedDisk? {
        guard let data = unsafe vfs?.pointee.pAppData else { return nil }
        return unsafe Unmanaged<SimulatedDisk>.fromOpaque(data).takeUnretainedValue()
    }

    private static func install(in vfs: UnsafeMutablePointer<sqlite3_vfs>) {
        unsafe vfs.pointee.xOpen = { vfs, path, file, flags, outFlags in
            guard let file = unsafe file, let disk = unsafe SimulatedFileSystem.disk(vfs) else {
                return SQLITE_CANTOPEN
            }
            // Before anything can fail: the library closes a file whose methods are set.
            unsafe file.pointee.pMethods = nil
            let name = unsafe path.map { unsafe String(cString: $0) } ?? "temporary"
            guard let opened = disk.open(name, creates: flags & SQLITE_OPEN_CREATE != 0) else {
                return SQLITE_CANTOPEN
            }
            let handle = SimulatedHandle(disk: disk, file: opened, name: name, flags: flags)
            unsafe UnsafeMutableRawPointer(file).assumingMemoryBound(to: OpenFile.self)
                .initialize(
                    to: OpenFile(
                        base: sqlite3_file(pMethods: SimulatedMethods.table),
                        handle: Unmanaged.passRetained(handle)
                    )
                )
            unsafe outFlags?.pointee = flags
            return SQLITE_OK
        }
        unsafe vfs.pointee.xDelete = { vfs, path, _ in
            guard let disk = unsafe SimulatedFileSystem.disk(vfs), let path = unsafe path else {
                return SQLITE_IOERR
            }
            let name = unsafe String(cString: path)
            guard disk.exists(name) else { return SimulatedHandle.deleteNotFound }
            return disk.remove(name) == .done ? SQLITE_OK : SQLITE_IOERR
        }
        unsafe vfs.pointee.xAccess = { vfs, path, _, result in
            guard let disk = unsafe SimulatedFileSystem.disk(vfs), let path = unsafe path else {
                return SQLITE_IOERR
            }
            unsafe result?.pointee = disk.exists(unsafe String(cString: path)) ? 1 : 0
            return SQLITE_OK
        }
        unsafe vfs.pointee.xFullPathname = { _, path, capacity, output in
            guard let path = unsafe path, let output = unsafe output else { return SQLITE_CANTOPEN }
            let units = unsafe Array(String(cString: path).utf8CString)
            guard units.count <= Int(capacity) else { return SQLITE_CANTOPEN }
            unsafe output.update(from: units, count: units.count)
            return SQLITE_OK
        }
        unsafe vfs.pointee.xRandomness = { _, count, output in
            // The library takes its own generator's seed from the system's layer; this is for the rest.
            for index in 0..<Int(count) {
                unsafe output?[index] = CChar(truncatingIfNeeded: index &* 37)
            }
            return count
        }
        unsafe vfs.pointee.xSleep = { _, microseconds in microseconds }
        unsafe vfs.pointee.xCurrentTime = { _, day in
            // The Julian day of 2026-01-01.
            unsafe day?.pointee = 2_461_041.5
            return SQLITE_OK
        }
        unsafe vfs.pointee.xGetLastError = { _, _, _ in 0 }
    }
}

/// The memory that the library gives an open file: its own part first.
@safe struct OpenFile {
    var base: sqlite3_file
    var handle: Unmanaged<SimulatedHandle>
}
