internal import CCurl

/// The functions that libcurl calls; each finds its object by the pointer given with it.
// Safe: the pointers are unretained references to objects that outlive libcurl's handles, and the stretches of
// memory are as long as libcurl says.
enum CurlCallbacks {
    static let socket: curl_socket_callback = { _, socket, what, context, _ in
        guard let context = unsafe context else { return -1 }
        unsafe Unmanaged<HTTPClient>.fromOpaque(context).takeUnretainedValue().watch(
            socket,
            for: what
        )
        return 0
    }

    static let timer: curl_multi_timer_callback = { _, milliseconds, context in
        guard let context = unsafe context else { return -1 }
        let client = unsafe Unmanaged<HTTPClient>.fromOpaque(context).takeUnretainedValue()
        client.wait(milliseconds: milliseconds)
        return 0
    }

    static let read: curl_write_callback = { room, size, count, context in
        guard let context = unsafe context else { return 0 }
        let transfer = unsafe Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
        return unsafe transfer.read(
            into: UnsafeMutableRawBufferPointer(start: room, count: size * count)
        )
    }

    static let write: curl_write_callback = { bytes, size, count, context in
        guard let context = unsafe context else { return 0 }
        let transfer = unsafe Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
        return unsafe transfer.receive(UnsafeRawBufferPointer(start: bytes, count: size * count))
    }

    static let header: curl_write_callback = { bytes, size, count, context in
        guard let context = unsafe context else { return 0 }
        let transfer = unsafe Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
        return unsafe transfer.receiveHeader(
            UnsafeRawBufferPointer(start: bytes, count: size * count)
        )
    }

    static let openSocket: curl_opensocket_callback = { context, _, address in
        guard let context = unsafe context, let address = unsafe address else { return -1 }
        let transfer = unsafe Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
        return unsafe transfer.openSocket(address)
    }
}
