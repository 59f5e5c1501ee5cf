internal import COpenSSL
internal import Glibc
internal import Synchronization

/// Certificates, keys and rules that many TLS channels share. From any thread.
///
/// New certificates are taken over without a restart: `reloadIfChanged()` affects the handshakes that begin after
/// it, not the channels that live.
package final class TLSContext: Sendable {
    /// What tells a changed file from an unchanged one.
    private struct Stamp: Hashable {
        let inode: UInt
        let size: Int
        let seconds: Int
        let nanoseconds: Int
    }

    private struct State {
        var handle: TLSContextHandle
        var stamps: [Stamp?]
    }

    /// What the context was made from.
    package let configuration: TLSConfiguration
    private let state: Mutex<State>

    /// Reads the files of `configuration`.
    ///
    /// - Throws: what is wrong with which file.
    package init(_ configuration: TLSConfiguration) throws(TLSContextError) {
        self.configuration = configuration
        // The stamps first: a change in between is then seen next time.
        let stamps = Self.stamps(configuration)
        let handle = try TLSContextHandle(configuration)
        state = Mutex(State(handle: handle, stamps: stamps))
    }

    /// Reads the files again if one has changed; blocks for as long as that takes, so not on a loop.
    ///
    /// - Returns: whether there are new certificates.
    /// - Throws: as `init`; the old ones stay in use.
    @discardableResult
    package func reloadIfChanged() throws(TLSContextError) -> Bool {
        let stamps = Self.stamps(configuration)
        guard stamps != state.withLock({ $0.stamps }) else { return false }
        let handle = try TLSContextHandle(configuration)
        state.withLock { $0 = State(handle: handle, stamps: stamps) }
        return true
    }

    /// A session with the certificates as they are now.
    func makeSession(expectedName: String?, pool: BufferPool) -> TLSSession? {
        let handle = state.withLock { $0.handle }
        return TLSSession(
            handle,
            configuration: configuration,
            expectedName: expectedName,
            pool: pool
        )
    }

    // Safe: each path ends with a zero, and the structure is as large as the call takes it to be.
    private static func stamps(_ configuration: TLSConfiguration) -> [Stamp?] {
        let paths = [
            configuration.certificatePath, configuration.privateKeyPath,
            configuration.authorityPath,
        ]
        return paths.map { path in
            var status = stat()
            guard let path, unsafe stat(path, &status) == 0 else { return nil }
            return Stamp(
                inode: status.st_ino,
                size: status.st_size,
                seconds: status.st_mtim.tv_sec,
                nanoseconds: status.st_mtim.tv_nsec
            )
        }
    }
}

/// One SSL_CTX of OpenSSL's, with the memory that its callbacks use.
// Safe: the context is set up before it is shared and not changed after; OpenSSL lets many threads use one.
@safe
final class TLSContextHandle: @unchecked Sendable {
    let pointer: OpaquePointer
    /// The application protocols as they go over the wire: each with its length in front.
    private let protocols: UnsafeMutableBufferPointer<UInt8>

    // Safe: OpenSSL copies what it is given, except `protocols`, which live as long as the context.
    init(_ configuration: TLSConfiguration) throws(TLSContextError) {
        ERR_clear_error()
        let method =
            unsafe configuration.role == .server ? TLS_server_method() : TLS_client_method()
        guard let pointer = unsafe SSL_CTX_new(method) else {
            throw TLSContextError("set up TLS")
        }
        unsafe self.pointer = pointer
        let wire = configuration.applicationProtocols.flatMap {
            [UInt8($0.utf8.count)] + Array($0.utf8)
        }
        unsafe protocols = .allocate(capacity: wire.count)
        _ = unsafe protocols.initialize(from: wire)
        try setRules(configuration)
        try loadFiles(configuration)
    }

    // Safe: each session keeps its handle, so none uses the context any more.
    deinit {
        unsafe SSL_CTX_free(pointer)
        unsafe protocols.deallocate()
    }

    // Safe: `self` outlives the context, which alone keeps the callback's argument.
    private func setRules(_ configuration: TLSConfiguration) throws(TLSContextError) {
        guard unsafe copenssl_only_tls13(pointer) == 1 else {
            throw TLSContextError("set up TLS 1.3")
        }
        unsafe copenssl_set_modes(pointer)
        unsafe copenssl_no_session_cache(pointer)
        unsafe SSL_CTX_set_max_early_data(pointer, 0)
        // An encrypted key would make OpenSSL ask the terminal for its pass phrase.
        unsafe SSL_CTX_set_default_passwd_cb(pointer) { _, _, _, _ in -1 }
        let mode =
            switch (configuration.role, configuration.verifiesPeer) {
            case (.server, true): SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT
            case (.server, false): SSL_VERIFY_NONE
            case (.client, _): SSL_VERIFY_PEER
            }
        unsafe SSL_CTX_set_verify(pointer, mode, nil)
        guard configuration.role == .server else {
            let status = unsafe SSL_CTX_set_alpn_protos(
                pointer,
                protocols.baseAddress,
                UInt32(protocols.count)
            )
            guard status == 0 else { throw TLSContextError("set the application protocols") }
            return
        }
        // A resumed session is not verified again. Between services connections last for hours, so nothing is
        // gained by it; at the edge it spares a phone that lost its network half of the handshake's cost.
        unsafe SSL_CTX_set_num_tickets(pointer, configuration.verifiesPeer ? 0 : 1)
        unsafe SSL_CTX_set_alpn_select_cb(
            pointer,
            { _, chosen, chosenCount, offered, offeredCount, handle in
                guard let handle = unsafe handle else { return SSL_TLSEXT_ERR_ALERT_FATAL }
                let context = unsafe Unmanaged<TLSContextHandle>.fromOpaque(handle)
                    .takeUnretainedValue()
                return unsafe context.choose(chosen, chosenCount, offered, offeredCount)
            },
            Unmanaged.passUnretained(self).toOpaque()
        )
    }

    /// Chooses the first of our protocols that the client offers; refuses the client where there is none.
    // Safe: OpenSSL reads both lists within their lengths; the choice points into ours or the client's.
    private func choose(
        _ chosen: UnsafeMutablePointer<UnsafePointer<UInt8>?>?,
        _ chosenCount: UnsafeMutablePointer<UInt8>?,
        _ offered: UnsafePointer<UInt8>?,
        _ offeredCount: UInt32
    ) -> Int32 {
        guard let chosen = unsafe chosen, offeredCount > 0 else {
            return SSL_TLSEXT_ERR_ALERT_FATAL
        }
        var found: UnsafeMutablePointer<UInt8>?
        let status = unsafe SSL_select_next_proto(
            &found,
            chosenCount,
            protocols.baseAddress,
            UInt32(protocols.count),
            offered,
            offeredCount
        )
        guard status == OPENSSL_NPN_NEGOTIATED else { return SSL_TLSEXT_ERR_ALERT_FATAL }
        unsafe chosen.pointee = UnsafePointer(found)
        return SSL_TLSEXT_ERR_OK
    }

    // Safe: OpenSSL reads the files within the calls.
    private func loadFiles(_ configuration: TLSConfiguration) throws(TLSContextError) {
        if let path = configuration.certificatePath {
            guard unsafe SSL_CTX_use_certificate_chain_file(pointer, path) == 1 else {
                throw TLSContextError("use the certificate in \(path)", .certificate)
            }
            let keyPath = configuration.privateKeyPath ?? path
            guard unsafe SSL_CTX_use_PrivateKey_file(pointer, keyPath, SSL_FILETYPE_PEM) == 1,
                unsafe SSL_CTX_check_private_key(pointer) == 1
            else {
                throw TLSContextError("use the private key in \(keyPath) with \(path)", .privateKey)
            }
        }
        guard configuration.verifiesPeer else { return }
        if let path = configuration.authorityPath {
            guard unsafe SSL_CTX_load_verify_file(pointer, path) == 1 else {
                throw TLSContextError("use the authorities in \(path)", .authority)
            }
        } else if unsafe SSL_CTX_set_default_verify_paths(pointer) != 1 {
            throw TLSContextError("use the system's authorities")
        }
    }
}
