internal import WireFormat

/// What each of the five programs serves alike (service 6). Numbers are fixed and never reused.
package enum ControlMethods {
    /// Sets the time that the rules of business see; refused in production.
    package static let setBusinessTime = Method<SetBusinessTimeRequest, SetBusinessTimeReply>(
        .control,
        1,
        "setBusinessTime",
        .unary,
        mutating: true,
        .sheddablePlus,
        timeout: 5000,
        floor: 30,
        callers: [.gateway, .operator]
    )

    /// How a service is.
    package static let status = Method<StatusRequest, ServiceStatusReply>(
        .control,
        2,
        "status",
        .unary,
        mutating: false,
        .critical,
        timeout: 1500,
        floor: 10,
        callers: [.gateway, .dispatch, .ingest, .payments, .billing, .operator]
    )

    /// Comes back at once, from the event loop itself.
    package static let echo = Method<Echo, Echo>(
        .control,
        3,
        "echo",
        .unary,
        mutating: false,
        .sheddable,
        timeout: 1500,
        floor: 1,
        callers: [.gateway, .dispatch, .ingest, .payments, .billing, .operator]
    )

    /// Comes back from a task, as the answers of most methods do.
    package static let echoTask = Method<Echo, Echo>(
        .control,
        4,
        "echoTask",
        .unary,
        mutating: false,
        .sheddable,
        timeout: 1500,
        floor: 1,
        callers: [.gateway, .dispatch, .ingest, .payments, .billing, .operator]
    )

    /// Which wishes to other services it gave up.
    package static let listParked = Method<ListParkedRequest, ListParkedReply>(
        .control,
        5,
        "listParked",
        .unary,
        mutating: false,
        .sheddablePlus,
        timeout: 5000,
        floor: 30,
        callers: [.operator]
    )

    /// Sends wishes that were given up again.
    package static let retryParked = Method<RetryParkedRequest, RetryParkedReply>(
        .control,
        6,
        "retryParked",
        .unary,
        mutating: true,
        .sheddablePlus,
        timeout: 5000,
        floor: 30,
        callers: [.operator]
    )

    /// Forgets a wish that was given up.
    package static let dropParked = Method<DropParkedRequest, Acknowledgement>(
        .control,
        7,
        "dropParked",
        .unary,
        mutating: true,
        .sheddablePlus,
        timeout: 5000,
        floor: 30,
        callers: [.operator]
    )

    /// All, by number.
    package static let all: [MethodDescriptor] = [
        setBusinessTime.descriptor,
        status.descriptor,
        echo.descriptor,
        echoTask.descriptor,
        listParked.descriptor,
        retryParked.descriptor,
        dropParked.descriptor,
    ]

    /// Numbers of removed methods, never to be used again.
    package static let reservedIDs: [UInt16] = []
}
