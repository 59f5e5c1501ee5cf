internal import COpenSSL
internal import Glibc

/// TLS of one channel, without any socket: encrypted bytes in and out, plain bytes out and in.
// Confined to the loop of its channel.
@safe
final class TLSSession {
    /// How a step went.
    enum Progress {
        case done
        /// The next step needs bytes of the peer.
        case wantsMore
        case failed(CloseReason)
    }

    /// What a read gave.
    enum Reading {
        case bytes(Int)
        case wantsMore
        /// The peer ended TLS in order.
        case ended
        case failed(CloseReason)
    }

    /// The most plain bytes of one TLS record.
    static let recordByteCountMax = 16 * 1024

    /// Encrypted bytes for the peer.
    let outgoing = ByteQueue()

    private let context: TLSContextHandle
    private let configuration: TLSConfiguration
    private let pool: BufferPool
    // Safe: made by `init`, freed by `deinit`, and used on the loop of its channel alone.
    private let ssl: OpaquePointer
    /// Encrypted bytes of the peer, in the loop's buffer: good during one `fileReady`.
    private var incoming = unsafe UnsafeRawBufferPointer(start: nil, count: 0)

    /// A session that has not begun; `nil` where OpenSSL has no memory or the name is no name.
    // Safe: OpenSSL copies the name; the file refers to this object, which frees it.
    init?(
        _ context: TLSContextHandle,
        configuration: TLSConfiguration,
        expectedName: String?,
        pool: BufferPool
    ) {
        guard let ssl = unsafe SSL_new(context.pointer) else { return nil }
        self.context = context
        self.configuration = configuration
        self.pool = pool
        unsafe self.ssl = ssl
        guard let file = unsafe TLSFile.shared.make(for: self) else { return nil }
        unsafe SSL_set_bio(ssl, file, file)
        switch configuration.role {
        case .server: unsafe SSL_set_accept_state(ssl)
        case .client:
            unsafe SSL_set_connect_state(ssl)
            guard let expectedName, expect(expectedName) else { return nil }
        }
    }

    // Safe: frees the file as well, whose callbacks end with it.
    deinit {
        unsafe SSL_free(ssl)
    }

    /// Accepts the peer's certificate only for `name`, a DNS name or an address in digits.
    // Safe: OpenSSL copies the name.
    private func expect(_ name: String) -> Bool {
        guard !name.isEmpty, name.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return false }
        if unsafe X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), name) == 1 { return true }
        ERR_clear_error()
        unsafe SSL_set_hostflags(ssl, UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS))
        return unsafe SSL_set1_host(ssl, name) == 1 && copenssl_set_server_name(ssl, name) == 1
    }

    // MARK: - Steps

    /// Calls `body` with `bytes` of the peer at hand; all of them are taken in when it returns.
    // Safe: the reference to `bytes` is dropped before they go.
    func withIncoming(_ bytes: UnsafeRawBufferPointer, _ body: () -> Void) {
        unsafe incoming = bytes
        body()
        unsafe incoming = UnsafeRawBufferPointer(start: nil, count: 0)
    }

    /// Goes on with the handshake.
    func handshake() -> Progress {
        ERR_clear_error()
        let status = unsafe SSL_do_handshake(ssl)
        guard status != 1 else { return checkProtocol() }
        guard unsafe SSL_get_error(ssl, status) != SSL_ERROR_WANT_READ else { return .wantsMore }
        return .failed(failure())
    }

    /// Decrypts into `buffer`.
    // Safe: OpenSSL writes at most the buffer's length.
    func read(into buffer: UnsafeMutableRawBufferPointer) -> Reading {
        ERR_clear_error()
        var count = 0
        let status = unsafe SSL_read_ex(ssl, buffer.baseAddress, buffer.count, &count)
        if status == 1 { return .bytes(count) }
        switch unsafe SSL_get_error(ssl, status) {
        case SSL_ERROR_WANT_READ: return .wantsMore
        case SSL_ERROR_ZERO_RETURN: return .ended
        default: return .failed(failure())
        }
    }

    /// Encrypts the first bytes of `bytes`, at most one record; returns how many, `nil` where TLS has failed.
    // Safe: OpenSSL reads at most the length given.
    func encrypt(_ bytes: UnsafeRawBufferPointer) -> Int? {
        ERR_clear_error()
        var count = 0
        let wanted = min(bytes.count, Self.recordByteCountMax)
        return unsafe SSL_write_ex(ssl, bytes.baseAddress, wanted, &count) == 1 ? count : nil
    }

    /// Ends our direction: queues the notice that nothing follows.
    func end() {
        ERR_clear_error()
        _ = unsafe SSL_shutdown(ssl)
    }

    // MARK: - What the handshake found

    /// The application protocol that both chose, or the one assumed.
    // Safe: the name belongs to the session and is copied.
    var negotiatedProtocol: String? {
        var name: UnsafePointer<UInt8>?
        var count: UInt32 = 0
        unsafe SSL_get0_alpn_selected(ssl, &name, &count)
        guard count > 0 else { return configuration.assumedProtocol }
        return unsafe String(
            decoding: UnsafeBufferPointer(start: name, count: Int(count)),
            as: UTF8.self
        )
    }

    /// The DNS names in the peer's verified certificate; none where it showed none or none was asked for.
    // Safe: the certificate and each name are freed after they are copied.
    func peerNames() -> [String] {
        guard configuration.verifiesPeer, let certificate = unsafe SSL_get1_peer_certificate(ssl)
        else {
            return []
        }
        defer { unsafe X509_free(certificate) }
        var names: [String] = []
        var length: Int32 = 0
        while let text = unsafe copenssl_dns_name(certificate, Int32(names.count), &length) {
            let bytes = unsafe UnsafeBufferPointer(start: text, count: Int(max(length, 0)))
            names.append(unsafe String(decoding: bytes, as: UTF8.self))
            unsafe copenssl_free(text)
        }
        return names
    }

    private func checkProtocol() -> Progress {
        guard negotiatedProtocol == nil else { return .done }
        let ours = configuration.applicationProtocols.joined(separator: ", ")
        return .failed(
            CloseReason(
                .protocolMismatch,
                "the peer names no application protocol; we speak \(ours)"
            )
        )
    }

    private func failure() -> CloseReason {
        let code = ERR_peek_error()
        ERR_clear_error()
        return TLSFailure.reason(
            code,
            verifyResult: unsafe SSL_get_verify_result(ssl),
            configuration: configuration
        )
    }

    // MARK: - What the file does

    // Safe: the queue copies the bytes before it returns.
    func write(_ bytes: UnsafeRawBufferPointer) {
        unsafe outgoing.append(bytes, from: pool)
    }

    // Safe: copies at most as many bytes as both sides have.
    func take(into target: UnsafeMutablePointer<CChar>, atMost count: Int) -> Int {
        let taken = unsafe min(count, incoming.count)
        guard taken > 0, let source = unsafe incoming.baseAddress else { return 0 }
        unsafe memcpy(target, source, taken)
        unsafe incoming = UnsafeRawBufferPointer(rebasing: incoming[taken...])
        return taken
    }
}
