/// Why a listener sent a peer away that it had accepted.
package enum ListenerRefusal: String, CaseIterable, Sendable {
    /// As many connections as it may have.
    case connections
    /// As many handshakes as may go on at a time, all of peers that have sent something.
    case handshakes
    /// As many connections of one address as it may have.
    case address
    /// The process has no file descriptor left.
    case descriptors
}
