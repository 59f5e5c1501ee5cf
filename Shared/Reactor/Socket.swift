internal import CLinux
internal import Glibc

/// The system calls on stream sockets, for listeners and connections here and in the modules above.
package enum Socket {
    /// A new non-blocking stream socket for addresses like `address`; the caller closes it.
    ///
    /// - Throws: `.descriptorsExhausted` where the limit of open files is reached.
    package static func make(like address: SocketAddress) throws(SocketError) -> Int32 {
        let family = address.family == .ipv4 ? AF_INET : AF_INET6
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = socket(family, kind, 0)
        guard descriptor >= 0 else { throw SocketError(errno: errno, doing: "open a socket") }
        return descriptor
    }

    /// Two connected non-blocking stream sockets without any network between them; the caller closes both.
    package static func pair() throws(SocketError) -> (Int32, Int32) {
        var descriptors: (Int32, Int32) = (-1, -1)
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        // Safe: the tuple is two adjacent Int32, which is what socketpair fills.
        let status = unsafe withUnsafeMutableBytes(of: &descriptors) { bytes in
            unsafe socketpair(
                AF_UNIX,
                kind,
                0,
                bytes.assumingMemoryBound(to: Int32.self).baseAddress
            )
        }
        guard status == 0 else { throw SocketError(errno: errno, doing: "open a pair of sockets") }
        return descriptors
    }

    /// Sends small writes at once: we gather them ourselves, once per turn.
    package static func setNoDelay(_ descriptor: Int32) {
        set(descriptor, level: Int32(IPPROTO_TCP), option: TCP_NODELAY, to: 1)
    }

    /// Sets an option of whole numbers; an option that the socket does not know is left alone.
    static func set(_ descriptor: Int32, level: Int32, option: Int32, to value: Int32) {
        var value = value
        // Safe: the length given is that of the local.
        _ = unsafe setsockopt(
            descriptor,
            level,
            option,
            &value,
            socklen_t(MemoryLayout<Int32>.size)
        )
    }

    /// The address that the socket is bound to; `nil` where it is not an internet socket.
    package static func localAddress(of descriptor: Int32) -> SocketAddress? {
        // Safe: the system fills at most the length given.
        unsafe address { unsafe getsockname(descriptor, $0, $1) }
    }

    /// The address of the other side; `nil` where there is none.
    package static func peerAddress(of descriptor: Int32) -> SocketAddress? {
        // Safe: the system fills at most the length given.
        unsafe address { unsafe getpeername(descriptor, $0, $1) }
    }

    /// The error that a non-blocking connect or the peer left on the socket, 0 for none.
    package static func pendingError(of descriptor: Int32) -> Int32 {
        var value: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        // Safe: the length given is that of the local.
        let status = unsafe getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &value, &length)
        return status == 0 ? value : errno
    }

    /// Closes the descriptor; an error of closing is of no use to anybody here.
    package static func close(_ descriptor: Int32) {
        _ = Glibc.close(descriptor)
    }

    /// Ends the sending direction: the peer reads an end of file after what was sent.
    package static func shutDownWriting(_ descriptor: Int32) {
        _ = shutdown(descriptor, Int32(SHUT_WR))
    }

    /// What `read` fills in of an address.
    static func address(
        _ read: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32
    ) -> SocketAddress? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        // Safe: the storage is as large as every address, and its length is told.
        let status = unsafe withUnsafeMutablePointer(to: &storage) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                unsafe read(pointer, &length)
            }
        }
        return status >= 0 ? SocketAddress(storage) : nil
    }
}
