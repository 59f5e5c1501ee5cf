package import Messages
package import Model
package import Storage
package import Timekeeping
internal import WireFormat

/// A price that was shown to a partner, with everything that a booking from it needs.
package struct StoredQuote: Hashable, Sendable {
    /// The quote.
    package let quote: QuoteID
    /// To whom it was shown.
    package let partner: PartnerID
    /// What was asked.
    package let request: QuoteRequest
    /// What dispatch answered.
    package let reply: QuoteReply
    /// The pickup in the partner's words.
    package let pickupLabel: String
    /// The drop-off in the partner's words.
    package let dropOffLabel: String
    /// The booking that took it; "none" while nobody has.
    package var booking = BookingID.none

    /// A quote from its row, or as it was just shown; an empty label stands for none.
    package init(
        quote: QuoteID,
        partner: PartnerID,
        request: QuoteRequest,
        reply: QuoteReply,
        pickupLabel: String,
        dropOffLabel: String
    ) {
        self.quote = quote
        self.partner = partner
        self.request = request
        self.reply = reply
        self.pickupLabel = pickupLabel
        self.dropOffLabel = dropOffLabel
    }
}

/// The quotes that were shown.
package enum QuoteTable {
    /// Keeps `quotes`.
    ///
    /// - Parameter now: Real time; from here they are kept for their retention.
    package static func insert(
        _ quotes: [StoredQuote],
        of tenant: TenantID,
        at now: WallTime,
        in session: any SQLSession
    ) throws(StorageError) {
        for quote in quotes {
            guard let request = try? quote.request.encoded(), let reply = try? quote.reply.encoded()
            else { throw StorageError(.invalid, "a quote does not encode") }
            try session.execute(
                """
                INSERT INTO quotes (tenant, quote, partner, request, reply, pickup_label,
                    drop_off_label, made_at, booking)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
                """,
                [
                    .tenant(tenant), .id(quote.quote), .id(quote.partner), .blob(request),
                    .blob(reply), .text(quote.pickupLabel), .text(quote.dropOffLabel), .time(now),
                    .id(quote.booking),
                ]
            )
        }
    }

    /// The quote, if it is this tenant's.
    package static func find(
        _ quote: QuoteID,
        of tenant: TenantID,
        in session: any SQLSession
    ) throws(StorageError) -> StoredQuote? {
        let row = try session.first(
            """
            SELECT partner, request, reply, pickup_label, drop_off_label, booking FROM quotes
            WHERE tenant = $1 AND quote = $2
            """,
            [.tenant(tenant), .id(quote)]
        )
        guard let row else { return nil }
        guard let request = try? QuoteRequest(decoding: row.blob(1)),
            let reply = try? QuoteReply(decoding: row.blob(2))
        else { throw StorageError(.corrupt, "a stored quote does not decode") }
        var stored = StoredQuote(
            quote: quote,
            partner: try row.id(0),
            request: request,
            reply: reply,
            pickupLabel: try row.text(3),
            dropOffLabel: try row.text(4)
        )
        stored.booking = try row.id(5)
        return stored
    }

    /// Says which booking takes the quote; "none" sets it free.
    package static func take(
        _ quote: QuoteID,
        by booking: BookingID,
        of tenant: TenantID,
        in session: any SQLSession
    ) throws(StorageError) {
        try session.execute(
            "UPDATE quotes SET booking = $1 WHERE tenant = $2 AND quote = $3",
            [.id(booking), .tenant(tenant), .id(quote)]
        )
    }

    /// Forgets up to `limit` quotes from before `moment`.
    package static func purge(
        before moment: WallTime,
        limit: Int,
        in session: any SQLSession
    ) throws(StorageError) -> Int {
        let rows = try session.query(
            "SELECT tenant, quote FROM quotes WHERE made_at < $1 ORDER BY made_at LIMIT $2",
            [.time(moment), .integer(Int64(limit))]
        )
        return try session.executeBatch(
            SQLBatch(each: "DELETE FROM quotes WHERE tenant = $1 AND quote = $2"),
            rows.map(\.values)
        )
    }
}
