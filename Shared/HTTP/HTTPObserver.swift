/// One request that was answered, for metrics and logs.
package struct HTTPRequestRecord: Sendable {
    /// What was asked.
    package let method: HTTPMethod
    /// The route's place among those of the router, in the order of registration; `nil` where none matched.
    package let route: Int?
    /// What was answered.
    package let status: HTTPStatus
    /// From the complete request to the complete head of the answer.
    package let nanoseconds: Int64
}

/// Hears what a server does; on its loop, so it must not block.
package protocol HTTPObserver: AnyObject {
    /// A request was answered.
    func requestAnswered(_ record: HTTPRequestRecord)
    /// A request was refused before it was complete.
    func requestRefused(_ refusal: RequestRefusal)
    /// A connection was turned away because there were too many.
    func connectionRefused()
}
