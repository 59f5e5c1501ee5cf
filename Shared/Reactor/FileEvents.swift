internal import CLinux

/// What a file descriptor is ready for, or what its handler wants to hear of.
package struct FileEvents: OptionSet, Hashable, Sendable {
    /// epoll's own bits.
    package let rawValue: UInt32

    /// The events with epoll's bits `rawValue`.
    package init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// Bytes, a connection or an end of file can be read without blocking.
    package static let readable = FileEvents(rawValue: EPOLLIN.rawValue)
    /// Bytes can be written without blocking; also how a connect reports its end.
    package static let writable = FileEvents(rawValue: EPOLLOUT.rawValue)
    /// The descriptor has an error pending. Reported always.
    package static let error = FileEvents(rawValue: EPOLLERR.rawValue)
    /// Both directions are shut. Reported always.
    package static let hangUp = FileEvents(rawValue: EPOLLHUP.rawValue)
}

/// Hears of the readiness of one file descriptor, on its loop.
///
/// A class protocol rather than a closure: the loop calls one witness and allocates nothing per event.
package protocol FileEventHandler: AnyObject {
    /// The descriptor is ready for `events`. Level-triggered: what is left unread is reported again.
    func fileReady(_ events: FileEvents)
}

/// A file descriptor's place in a loop's table; valid until it is deregistered.
package struct FileRegistration: Hashable, Sendable {
    /// The registered descriptor.
    package let descriptor: Int32
    /// How many registrations the descriptor's number had before this one; tells a reused number apart.
    let generation: UInt32

    /// What epoll hands back with each event.
    var token: UInt64 { UInt64(generation) << 32 | UInt64(UInt32(bitPattern: descriptor)) }
}
