internal import CCurl
internal import Timekeeping

/// The options of libcurl's handle for one request.
// Safe: handles come from libcurl and are used before they are cleaned up; texts are copied by libcurl.
enum EasyHandle {
    /// Sets every option that `transfer` needs on a fresh or reset handle; false where one is refused.
    static func prepare(_ easy: UnsafeMutableRawPointer, for transfer: Transfer) -> Bool {
        let request = transfer.request
        let options = transfer.options
        var isAccepted = true
        func set(_ option: CURLoption, _ value: Int) {
            let status = unsafe ccurl_set_long(easy, option, value)
            isAccepted = isAccepted && status == CURLE_OK
        }
        func set(_ option: CURLoption, _ value: String?) {
            let status = unsafe ccurl_set_text(easy, option, value)
            isAccepted = isAccepted && status == CURLE_OK
        }
        set(CURLOPT_URL, request.url)
        set(CURLOPT_PROTOCOLS_STR, "http,https")
        set(CURLOPT_FOLLOWLOCATION, 0)
        set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        // Signals would interrupt other threads' system calls.
        set(CURLOPT_NOSIGNAL, 1)
        // An empty proxy keeps the environment's out: it would see tokens and dodge the address policy.
        set(CURLOPT_PROXY, "")
        set(CURLOPT_USERAGENT, options.userAgent)
        set(CURLOPT_CONNECTTIMEOUT_MS, milliseconds(options.connectTimeMax))
        set(CURLOPT_TIMEOUT_MS, milliseconds(request.timeMax))
        set(CURLOPT_MAXAGE_CONN, Int(max(1, options.idleTimeMax.components.seconds)))
        set(CURLOPT_SSL_VERIFYPEER, 1)
        set(CURLOPT_SSL_VERIFYHOST, 2)
        set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        if let path = options.authorityPath {
            set(CURLOPT_CAINFO, path)
            // Else the system's folder of authorities would be trusted beside the private one.
            set(CURLOPT_CAPATH, nil as String?)
        }
        setMethod(request, set, set)
        unsafe setCallbacks(easy, transfer)
        return unsafe isAccepted && setFields(easy, transfer)
    }

    private static func setMethod(
        _ request: HTTPClientRequest,
        _ setNumber: (CURLoption, Int) -> Void,
        _ setText: (CURLoption, String?) -> Void
    ) {
        let hasBody = !request.body.isEmpty
        switch request.method {
        case .get where !hasBody: setNumber(CURLOPT_HTTPGET, 1)
        case .head: setNumber(CURLOPT_NOBODY, 1)
        case .delete where !hasBody: setText(CURLOPT_CUSTOMREQUEST, "DELETE")
        default:
            setNumber(CURLOPT_POST, 1)
            setNumber(CURLOPT_POSTFIELDSIZE, request.body.count)
            if request.method != .post { setText(CURLOPT_CUSTOMREQUEST, request.method.rawValue) }
        }
        // libcurl repeats a request by itself when a kept connection dies before the answer. It cannot where the
        // body comes from a callback without a way back, nor on a new connection; so a request that must go out
        // once has one of the two.
        if !request.mayResend, !hasBody { setNumber(CURLOPT_FRESH_CONNECT, 1) }
    }

    private static func setCallbacks(_ easy: UnsafeMutableRawPointer, _ transfer: Transfer) {
        let context = unsafe Unmanaged.passUnretained(transfer).toOpaque()
        unsafe ccurl_set_pointer(easy, CURLOPT_PRIVATE, context)
        unsafe ccurl_set_data_function(easy, CURLOPT_WRITEFUNCTION, CurlCallbacks.write)
        unsafe ccurl_set_pointer(easy, CURLOPT_WRITEDATA, context)
        unsafe ccurl_set_data_function(easy, CURLOPT_HEADERFUNCTION, CurlCallbacks.header)
        unsafe ccurl_set_pointer(easy, CURLOPT_HEADERDATA, context)
        unsafe ccurl_set_open_socket_function(easy, CurlCallbacks.openSocket)
        unsafe ccurl_set_pointer(easy, CURLOPT_OPENSOCKETDATA, context)
        let request = transfer.request
        if request.mayResend, !request.body.isEmpty {
            unsafe request.body.withUnsafeBytes { body in
                unsafe ccurl_set_offset(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count))
                unsafe ccurl_set_pointer(
                    easy,
                    CURLOPT_COPYPOSTFIELDS,
                    UnsafeMutableRawPointer(mutating: body.baseAddress)
                )
            }
        } else {
            unsafe ccurl_set_data_function(easy, CURLOPT_READFUNCTION, CurlCallbacks.read)
            unsafe ccurl_set_pointer(easy, CURLOPT_READDATA, context)
        }
    }

    private static func setFields(_ easy: UnsafeMutableRawPointer, _ transfer: Transfer) -> Bool {
        var lines = transfer.request.fields.map { field in
            // libcurl wants an empty value written with a semicolon; a colon would remove the header.
            field.value.isEmpty ? "\(field.name);" : "\(field.name): \(field.value)"
        }
        // Headers that libcurl would add by itself: a wait for 100 on large bodies, and a form's type.
        lines.append("Expect:")
        let hasType = transfer.request.fields.contains { $0.name.lowercased() == "content-type" }
        if !hasType { lines.append("Content-Type:") }
        for line in lines {
            guard let longer = unsafe curl_slist_append(transfer.headerList, line) else {
                return false
            }
            unsafe transfer.headerList = longer
        }
        let list = unsafe UnsafeMutableRawPointer(transfer.headerList)
        return unsafe ccurl_set_pointer(easy, CURLOPT_HTTPHEADER, list) == CURLE_OK
    }

    /// Whether any byte of the request has left.
    static func hasSent(_ easy: UnsafeMutableRawPointer?) -> Bool {
        guard let easy = unsafe easy else { return false }
        var byteCount = 0
        return unsafe ccurl_get_long(easy, CURLINFO_REQUEST_SIZE, &byteCount) == CURLE_OK
            && byteCount > 0
    }

    /// The transfer that `easy` was prepared for.
    static func transfer(of easy: UnsafeMutableRawPointer) -> Transfer? {
        var context: UnsafeMutableRawPointer?
        guard unsafe ccurl_get_private(easy, &context) == CURLE_OK, let context = unsafe context
        else {
            return nil
        }
        return unsafe Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
    }

    /// At least 1: libcurl takes 0 for no limit.
    private static func milliseconds(_ duration: Duration) -> Int {
        Int(clamping: max(1, duration.wholeMilliseconds))
    }
}
