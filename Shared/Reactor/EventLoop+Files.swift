internal import CLinux
internal import Glibc

/// Is called once at the end of the turn in which it asked.
package protocol TurnEndHandler: AnyObject {
    /// All files, timers and jobs of the turn have run.
    func endOfTurn()
}

extension EventLoop {
    /// How many descriptors are registered.
    package var fileCount: Int { files.count }

    /// Reports `interest` of `descriptor` to `handler`, which the loop keeps until it is deregistered.
    ///
    /// - Throws: `.other` where epoll refuses the descriptor (a regular file, or its limit is reached).
    package func register(
        _ descriptor: Int32,
        for interest: FileEvents,
        handler: any FileEventHandler
    ) throws(SocketError) -> FileRegistration {
        preconditionCurrent()
        let registration = files.insert(descriptor, handler)
        let status = clinux_epoll_control(
            epoll,
            EPOLL_CTL_ADD,
            descriptor,
            interest.rawValue,
            registration.token
        )
        guard status == 0 else {
            let code = errno
            _ = files.remove(registration)
            throw SocketError(errno: code, doing: "watch descriptor \(descriptor)")
        }
        return registration
    }

    /// Changes what `registration` reports; nothing where it has ended.
    package func update(_ registration: FileRegistration, to interest: FileEvents) {
        preconditionCurrent()
        guard files.contains(registration) else { return }
        _ = clinux_epoll_control(
            epoll,
            EPOLL_CTL_MOD,
            registration.descriptor,
            interest.rawValue,
            registration.token
        )
    }

    /// Ends `registration`: not even an event of this very turn reaches its handler. Call it before the
    /// descriptor is closed; a second call does nothing.
    package func deregister(_ registration: FileRegistration) {
        preconditionCurrent()
        guard files.remove(registration) else { return }
        _ = clinux_epoll_control(epoll, EPOLL_CTL_DEL, registration.descriptor, 0, 0)
    }

    /// Calls `handler` once, when all else of this turn has run: where a connection sends all it has
    /// gathered in one system call.
    package func atEndOfTurn(_ handler: any TurnEndHandler) {
        turnEndHandlers.append(handler)
    }

    /// The one object of type `Object` that belongs to this loop, made when first asked for: buffers and
    /// pools that all connections of a loop share.
    package func attachment<Object: AnyObject>(
        _ type: Object.Type,
        make: (EventLoop) -> Object
    ) -> Object {
        preconditionCurrent()
        let key = ObjectIdentifier(type)
        if let present = attachments[key] as? Object { return present }
        let made = make(self)
        attachments[key] = made
        return made
    }
}
