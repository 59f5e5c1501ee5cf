internal import HTTP
internal import Messages

/// All routes: the router and the API's description are made from this table.
extension GatewayAPI {
    func routes() -> [APIRoute] {
        partnerRoutes() + fleetRoutes() + operatorRoutes() + descriptionRoutes()
    }

    private func descriptionRoutes() -> [APIRoute] {
        [
            APIRoute(.get, "/.well-known/api-catalog", .open, .getCatalog) { [pages] _ in
                .answer(pages.catalog)
            },
            APIRoute(.get, "/openapi.json", .open, .getDescription) { _ in
                .answer(self.pages.description(of: self.routes))
            },
        ]
    }

    private func partnerRoutes() -> [APIRoute] {
        [
            APIRoute(.post, "/v1/quotes", .key(.book), .createQuotes) { (call) throws(Problem) in
                try self.createQuotes(call)
            },
            APIRoute(.post, "/v1/bookings", .key(.book), .createBooking) {
                (call) throws(Problem) in try self.createBooking(call)
            },
            APIRoute(.get, "/v1/bookings", .key(.readBookings), .listBookings) {
                (call) throws(Problem) in try self.listBookings(call)
            },
            APIRoute(.get, "/v1/bookings/{id}", .key(.readBookings), .getBooking) {
                (call) throws(Problem) in try self.getBooking(call)
            },
            APIRoute(.post, "/v1/bookings/{id}/cancel", .key(.book), .cancelBooking) {
                (call) throws(Problem) in try self.cancelBooking(call)
            },
            APIRoute(.get, "/v1/bookings/{id}/track", .key(.readBookings), .trackBooking) {
                (call) throws(Problem) in try self.trackBooking(call)
            },
        ]
    }

    private func fleetRoutes() -> [APIRoute] {
        [
            APIRoute(.post, "/v1/drivers/{id}/token", .key(.manageFleet), .createDriverToken) {
                (call) throws(Problem) in try self.createDriverToken(call)
            }
        ]
    }

    private func operatorRoutes() -> [APIRoute] {
        let access = APIAccess.key(.operate)
        return [
            APIRoute(.put, "/v1/admin/tenants/{id}", access, .putTenant) {
                (call) throws(Problem) in try self.putTenant(call)
            },
            APIRoute(.get, "/v1/admin/tenants/{id}", access, .getTenant) {
                (call) throws(Problem) in try self.getTenant(call)
            },
            APIRoute(.get, "/v1/admin/tenants/{id}/ledger", access, .getLedger) {
                (call) throws(Problem) in try self.getLedger(call)
            },
            APIRoute(.get, "/v1/admin/tenants/{id}/statement", access, .getStatement) {
                (call) throws(Problem) in try self.getStatement(call)
            },
            APIRoute(.get, "/v1/admin/tenants/{id}/figures", access, .getFigures) {
                (call) throws(Problem) in try self.getFigures(call)
            },
            APIRoute(.get, "/v1/admin/status", access, .getStatus) {
                (call) throws(Problem) in try self.getStatus(call)
            },
            APIRoute(.post, "/v1/admin/business-time", access, .setBusinessTime) {
                (call) throws(Problem) in try self.setBusinessTime(call)
            },
        ]
    }
}
