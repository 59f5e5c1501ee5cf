internal import Foundation
internal import Glibc

/// Whether ports of this machine are free, and who has those that are not.
package enum PortProbe {
    /// A process that holds a port.
    package struct Holder: Hashable, Sendable {
        /// Its number.
        package let id: Int32
        /// Its name, as `ps` shows it.
        package let name: String
    }

    /// Whether a listener could take `port` of loopback now.
    package static func isFree(_ port: UInt16) -> Bool {
        bind(port) != nil
    }

    /// Below the ports that Linux gives to connections (from 32768): those could take one between two starts, and a
    /// program that tries a peer's port before the peer listens there could be given the very number for its own end.
    private static let range: ClosedRange<UInt16> = 21_000...32_000

    /// A port of loopback that nobody has.
    package static func anyFree() throws(OperatorError) -> UInt16 {
        for _ in 0..<1000 {
            let port = UInt16.random(in: range)
            if isFree(port) { return port }
        }
        throw OperatorError("The system gives no free port.")
    }

    /// Who listens on `port`; `nil` where nobody does or the process belongs to another user.
    ///
    /// - Complexity: Reads every process's open files; for error messages.
    package static func holder(of port: UInt16) -> Holder? {
        guard let inode = listeningInode(port) else { return nil }
        let wanted = "socket:[\(inode)]"
        let files = FileManager.default
        let processes = (try? files.contentsOfDirectory(atPath: "/proc")) ?? []
        for name in processes {
            guard let id = Int32(name) else { continue }
            let folder = "/proc/\(name)/fd"
            for descriptor in (try? files.contentsOfDirectory(atPath: folder)) ?? [] {
                let target = try? files.destinationOfSymbolicLink(atPath: "\(folder)/\(descriptor)")
                if target == wanted { return Holder(id: id, name: processName(id)) }
            }
        }
        return nil
    }

    /// The letters that the kernel keeps of a name (TASK_COMM_LEN of 16 with its end).
    private static let keptNameCount = 15

    /// The name of a process, whole where the system lets us see it; "unknown" where it has gone.
    package static func processName(_ id: Int32) -> String {
        let files = FileManager.default
        guard let data = files.contents(atPath: "/proc/\(id)/comm") else { return "unknown" }
        let name = String(decoding: data, as: UTF8.self)
            .trimmingCharacters(in: .whitespacesAndNewlines)
        guard name.utf8.count >= keptNameCount else { return name }
        // The program's file, which another user's process hides, or its command line's first word, which it shows.
        let path = try? files.destinationOfSymbolicLink(atPath: "/proc/\(id)/exe")
        let words = files.contents(atPath: "/proc/\(id)/cmdline").map {
            String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
        }
        for candidate in [path?.replacing(" (deleted)", with: ""), words].compactMap(\.self) {
            let whole = URL(fileURLWithPath: candidate).lastPathComponent
            if whole.hasPrefix(name) { return whole }
        }
        return name
    }

    /// Whether a process is stopped by a signal or a debugger and does nothing until it is continued.
    package static func isStopped(_ id: Int32) -> Bool {
        guard let data = FileManager.default.contents(atPath: "/proc/\(id)/stat") else {
            return false
        }
        return isStopped(stat: String(decoding: data, as: UTF8.self))
    }

    /// The state behind the name, which stands in parentheses and may hold anything (proc_pid_stat(5)): T or t.
    static func isStopped(stat: String) -> Bool {
        guard let end = stat.lastIndex(of: ")") else { return false }
        let state = stat[stat.index(after: end)...].first { $0 != " " }
        return state == "T" || state == "t"
    }

    /// The inode of the socket that listens on `port`, from the system's tables.
    private static func listeningInode(_ port: UInt16) -> String? {
        for table in ["/proc/net/tcp", "/proc/net/tcp6"] {
            if let inode = listeningInode(port, in: tableText(table)) { return inode }
        }
        return nil
    }

    /// A table of the kernel's; it has no size, so it is read until nothing more comes.
    private static func tableText(_ path: String) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var text: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 65_536)
        while text.count < tableByteCountMax {
            let count = read(descriptor, &block, block.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            text += block[..<count]
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// A hundred thousand sockets.
    private static let tableByteCountMax = 16 << 20

    /// The inode in `table`: column 1 is the local address with the port in hexadecimal, 3 the state (0A listens),
    /// 9 the inode (proc_net_tcp.rst of the kernel).
    static func listeningInode(_ port: UInt16, in table: String) -> String? {
        for line in table.split(separator: "\n").dropFirst() {
            let columns = line.split(separator: " ", omittingEmptySubsequences: true)
            guard columns.count > 9, columns[3] == "0A",
                let text = columns[1].split(separator: ":").last, UInt16(text, radix: 16) == port
            else { continue }
            return String(columns[9])
        }
        return nil
    }

    private static func bind(_ port: UInt16) -> UInt16? {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        // As our listeners do: connections that wind down do not hold a port.
        var one: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, 4)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        return withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                guard Glibc.bind(descriptor, generic, length) == 0, listen(descriptor, 1) == 0,
                    getsockname(descriptor, generic, &length) == 0
                else { return nil }
                return UInt16(bigEndian: pointer.pointee.sin_port)
            }
        }
    }
}
