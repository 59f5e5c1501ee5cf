internal import COpenSSL

/// The file that OpenSSL believes it reads from and writes to: the loop's shared buffer and a session's queue.
///
/// OpenSSL's own memory files would keep a buffer as large as their largest use for each connection; this one
/// keeps nothing.
// Safe: the methods are set once, before the pointer is shared.
@safe
struct TLSFile: @unchecked Sendable {
    /// The one set of methods.
    static let shared = TLSFile()

    private let methods: OpaquePointer?

    // Safe: the callbacks read and write within the lengths that OpenSSL gives them.
    private init() {
        unsafe methods = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "channel")
        unsafe BIO_meth_set_write(methods) { file, bytes, count in
            guard let session = unsafe TLSFile.session(of: file), count > 0 else { return 0 }
            unsafe session.write(UnsafeRawBufferPointer(start: bytes, count: Int(count)))
            return count
        }
        unsafe BIO_meth_set_read(methods) { file, bytes, count in
            guard let session = unsafe TLSFile.session(of: file), let bytes = unsafe bytes,
                count > 0
            else { return 0 }
            unsafe copenssl_bio_clear_retry(file)
            let taken = unsafe session.take(into: bytes, atMost: Int(count))
            guard taken > 0 else {
                unsafe copenssl_bio_retry_read(file)
                return -1
            }
            return Int32(taken)
        }
        unsafe BIO_meth_set_ctrl(methods) { _, command, _, _ in
            command == BIO_CTRL_FLUSH ? 1 : 0
        }
    }

    /// A file for `session`, which owns whatever owns the file.
    // Safe: the session frees the file before it goes, so the unretained reference is good.
    func make(for session: TLSSession) -> OpaquePointer? {
        guard let file = unsafe BIO_new(methods) else { return nil }
        unsafe BIO_set_data(file, Unmanaged.passUnretained(session).toOpaque())
        unsafe BIO_set_init(file, 1)
        return unsafe file
    }

    private static func session(of file: OpaquePointer?) -> TLSSession? {
        guard let data = unsafe BIO_get_data(file) else { return nil }
        return unsafe Unmanaged<TLSSession>.fromOpaque(data).takeUnretainedValue()
    }
}
