package import WireFormat

/// Dispatch in figures (answer of service 3, method 14).
///
/// Block, 116 bytes, little-endian:
///
///     offset  size  field                  type
///          0     4  driversOnDuty          u32
///          4     4  driversFree            u32
///          8     4  offersOpen             u32
///         12     4  outboxCount            u32
///         16     4  requestedCount         u32
///         20     4  confirmedCount         u32
///         24     4  assignedCount          u32
///         28     4  enRouteCount           u32
///         32     4  arrivedCount           u32
///         36     4  onTripCount            u32
///         40     4  completedCount         u32
///         44     8  closedTotal            u64
///         52     8  noShowTotal            u64
///         60     8  cancelledTotal         u64
///         68     8  rejectedTotal          u64
///         76     8  unfulfilledTotal       u64
///         84     8  failedTotal            u64
///         92     8  waitMillisecondsTotal  u64
///        100     8  waitCount              u64
///        108     8  fixesTotal             u64
package struct DispatchStatusReply: WireMessage {
    package static var name: StaticString { "DispatchStatusReply" }
    package static var blockByteCount: Int { 116 }

    /// Drivers with an open shift.
    package var driversOnDuty: UInt32 = 0
    /// Of these, without a trip.
    package var driversFree: UInt32 = 0
    /// Offers that wait for an answer.
    package var offersOpen: UInt32 = 0
    /// Wishes to other services, not yet acknowledged.
    package var outboxCount: UInt32 = 0
    /// Bookings now `requested`.
    package var requestedCount: UInt32 = 0
    /// Bookings now `confirmed`.
    package var confirmedCount: UInt32 = 0
    /// Bookings now `assigned`.
    package var assignedCount: UInt32 = 0
    /// Bookings now `en_route`.
    package var enRouteCount: UInt32 = 0
    /// Bookings now `arrived`.
    package var arrivedCount: UInt32 = 0
    /// Bookings now `on_trip`.
    package var onTripCount: UInt32 = 0
    /// Bookings now `completed`, their money still to come.
    package var completedCount: UInt32 = 0
    /// Bookings that ended `closed`, ever.
    package var closedTotal: UInt64 = 0
    /// Bookings that ended `no_show`, ever.
    package var noShowTotal: UInt64 = 0
    /// Bookings that ended `cancelled`, ever.
    package var cancelledTotal: UInt64 = 0
    /// Bookings that ended `rejected`, ever.
    package var rejectedTotal: UInt64 = 0
    /// Bookings that ended `unfulfilled`, ever.
    package var unfulfilledTotal: UInt64 = 0
    /// Bookings that ended `failed`, ever.
    package var failedTotal: UInt64 = 0
    /// The time from request to arrival, summed over the trips that had one.
    package var waitMillisecondsTotal: UInt64 = 0
    /// How many those are.
    package var waitCount: UInt64 = 0
    /// Location records taken in since the start.
    package var fixesTotal: UInt64 = 0
    package var unknown = UnknownFields()

    package init() {}

    package mutating func walk<Fields: FieldCoder & ~Copyable & ~Escapable>(
        _ fields: inout Fields
    ) throws(WireError) {
        try fields.number("driversOnDuty", &driversOnDuty)
        try fields.number("driversFree", &driversFree)
        try fields.number("offersOpen", &offersOpen)
        try fields.number("outboxCount", &outboxCount)
        try fields.number("requestedCount", &requestedCount)
        try fields.number("confirmedCount", &confirmedCount)
        try fields.number("assignedCount", &assignedCount)
        try fields.number("enRouteCount", &enRouteCount)
        try fields.number("arrivedCount", &arrivedCount)
        try fields.number("onTripCount", &onTripCount)
        try fields.number("completedCount", &completedCount)
        try fields.number("closedTotal", &closedTotal)
        try fields.number("noShowTotal", &noShowTotal)
        try fields.number("cancelledTotal", &cancelledTotal)
        try fields.number("rejectedTotal", &rejectedTotal)
        try fields.number("unfulfilledTotal", &unfulfilledTotal)
        try fields.number("failedTotal", &failedTotal)
        try fields.number("waitMillisecondsTotal", &waitMillisecondsTotal)
        try fields.number("waitCount", &waitCount)
        try fields.number("fixesTotal", &fixesTotal)
    }

    package init(decoding message: RawSpan) throws(WireError) {
        try self.init(walking: message)
    }

    package func encode(to buffer: inout OutputBuffer) throws(WireError) {
        try encode(walkingTo: &buffer)
    }
}
