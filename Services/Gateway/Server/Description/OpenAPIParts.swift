/// The parts of the description that are written by hand, as JSON.
enum OpenAPIParts {
    static let info: StaticString = #"""
        {
            "title": "Nexors partner API",
            "version": "1.0.0",
            "description": "Prices, bookings and their tracks for partners of a fleet. Errors are problem details \#
        (RFC 9457) with a stable `code`; one with `retryable` true may succeed when it is sent again after \#
        `Retry-After` seconds. Every answer has an `X-Request-Id`, yours where you send one: tell it to us. What a \#
        key may send is in `RateLimit-Policy`, what is left of it in `RateLimit`. Texts are measured in bytes of \#
        UTF-8. Clients ignore members and values that they do not know."
        }
        """#

    static let headers: StaticString = #"""
        {
            "Location": {"description": "The path of what was made.", "schema": {"type": "string"}},
            "ETag": {
                "description": "Changes with the document; for `If-None-Match`.",
                "schema": {"type": "string"}, "example": "\"3\""
            },
            "Link": {
                "description": "What belongs to the answer; `rel=\"next\"` is the next page, absent on the last.",
                "schema": {"type": "string"}
            },
            "Retry-After": {
                "description": "Seconds to wait before the same request is sent again.",
                "schema": {"type": "integer", "minimum": 0}, "example": 1
            },
            "WWW-Authenticate": {"description": "How to show a key.", "schema": {"type": "string"}},
            "Idempotency-Replayed": {
                "description": "`true` where this is the stored answer to an earlier request with the same key.",
                "schema": {"type": "string", "enum": ["true"]}
            }
        }
        """#

    /// Two events of a stream, as a client reads them.
    static let eventExample = """
        event: state
        id: 4
        data: {"booking_id":"bk_01jd0c5m8e7q2x9v4k6h3n1r5t","state":"en_route","sequence":4,\
        "at":"2026-11-20T17:03:20.000Z","at_risk":false,"step":"driver_en_route","actor":"driver"}

        event: position
        data: {"booking_id":"bk_01jd0c5m8e7q2x9v4k6h3n1r5t","state":"en_route","sequence":4,\
        "at":"2026-11-20T17:03:22.000Z",\
        "position":{"lat":37.7793000,"lon":-122.4192000,"at":"2026-11-20T17:03:22.000Z"},\
        "pickup_eta_seconds":95}


        """

    static let parameters: StaticString = #"""
        {
            "IdempotencyKey": {
                "name": "Idempotency-Key", "in": "header", "required": true,
                "description": "New for each new booking, the same in each retry; kept for 24 hours.",
                "schema": {"type": "string", "minLength": 1, "maxLength": 257,
                "pattern": "^(\"[ !#-\\[\\]-~]{1,255}\"|[!#-\\[\\]-~]{1,255})$"},
                "example": "\"8e03978e-40d5-43dd-bc93-6894a57f9324\""
            },
            "IfNoneMatch": {
                "name": "If-None-Match", "in": "header", "required": false,
                "description": "An entity tag of a former answer.",
                "schema": {"type": "string"}
            },
            "LastEventID": {
                "name": "Last-Event-ID", "in": "header", "required": false,
                "description": "The id of the last event that the client has; one that we did not send counts as none.",
                "schema": {"type": "string"}, "example": "3"
            },
            "Cursor": {
                "name": "cursor", "in": "query", "required": false,
                "description": "`next_cursor` of the page before.",
                "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]{43}$"}
            },
            "Limit": {
                "name": "limit", "in": "query", "required": false,
                "schema": {"type": "integer", "minimum": 1, "maximum": 200, "default": 50}
            },
            "PartnerReference": {
                "name": "partner_reference", "in": "query", "required": false,
                "description": "Only bookings with this reference.",
                "schema": {"type": "string", "maxLength": 64}
            },
            "Currency": {
                "name": "currency", "in": "query", "required": false,
                "description": "The fleet's own where absent.",
                "schema": {"$ref": "#/components/schemas/Currency"}
            },
            "Month": {
                "name": "month", "in": "query", "required": false,
                "description": "The present one where absent.",
                "schema": {"type": "string", "pattern": "^[2-9][0-9]{3}-(0[1-9]|1[0-2])$"},
                "example": "2026-11"
            }
        }
        """#

    static let bookingSchemas: [(StaticString, StaticString)] = [
        ("AnyObject", #"{"type": "object"}"#),
        ("BookingId", #"{"type": "string", "pattern": "^bk_[0-7][0-9a-hjkmnp-tv-z]{25}$"}"#),
        ("DriverId", #"{"type": "string", "pattern": "^drv_[0-7][0-9a-hjkmnp-tv-z]{25}$"}"#),
        ("QuoteId", #"{"type": "string", "pattern": "^qt_[0-7][0-9a-hjkmnp-tv-z]{25}$"}"#),
        ("TenantId", #"{"type": "integer", "minimum": 1, "maximum": 9007199254740991}"#),
        ("Currency", #"{"type": "string", "pattern": "^[A-Z]{3}$", "example": "USD"}"#),
        ("Time", #"{"type": "string", "format": "date-time"}"#),
        (
            "VehicleClass",
            #"{"type": "string", "enum": ["standard", "business", "first", "van"]}"#
        ),
        (
            "Money",
            #"""
            {
                "type": "object", "required": ["amount", "currency"],
                "description": "Minor units: 12350 with USD is 123.50 dollars.",
                "properties": {
                    "amount": {"type": "integer"},
                    "currency": {"$ref": "#/components/schemas/Currency"}
                },
                "example": {"amount": 12350, "currency": "USD"}
            }
            """#
        ),
        (
            "Place",
            #"""
            {
                "type": "object", "required": ["lat", "lon"], "additionalProperties": false,
                "description": "WGS 84, degrees; rounded to 1e-7.",
                "properties": {
                    "lat": {"type": "number", "minimum": -90, "maximum": 90},
                    "lon": {"type": "number", "minimum": -180, "maximum": 180},
                    "label": {"type": "string", "maxLength": 200}
                },
                "example": {"lat": 37.7793, "lon": -122.4192, "label": "City Hall"}
            }
            """#
        ),
        (
            "QuoteRequest",
            #"""
            {
                "type": "object", "required": ["pickup", "drop_off"], "additionalProperties": false,
                "properties": {
                    "pickup": {"$ref": "#/components/schemas/Place"},
                    "drop_off": {"$ref": "#/components/schemas/Place"},
                    "pickup_at": {"$ref": "#/components/schemas/Time",
                    "description": "As soon as possible where absent."},
                    "vehicle_class": {"$ref": "#/components/schemas/VehicleClass"},
                    "passenger_count": {"type": "integer", "minimum": 1, "maximum": 64, "default": 1},
                    "currency": {"$ref": "#/components/schemas/Currency"}
                },
                "example": {
                    "pickup": {"lat": 37.7793, "lon": -122.4192, "label": "City Hall"},
                    "drop_off": {"lat": 37.7955, "lon": -122.3937, "label": "Ferry Building"},
                    "vehicle_class": "standard", "passenger_count": 2
                }
            }
            """#
        ),
        (
            "Quote",
            #"""
            {
                "type": "object",
                "required": ["id", "vehicle_class", "price", "price_lines", "distance_meters", "duration_seconds",
                "expires_at"],
                "properties": {
                    "id": {"$ref": "#/components/schemas/QuoteId"},
                    "vehicle_class": {"$ref": "#/components/schemas/VehicleClass"},
                    "price": {"$ref": "#/components/schemas/Money"},
                    "price_lines": {
                        "type": "array",
                        "items": {
                            "type": "object", "required": ["kind", "amount"],
                            "properties": {
                                "kind": {"type": "string",
                                "description": "`base`, `distance`, `time` or `minimum_supplement`."},
                                "amount": {"type": "integer", "description": "Minor units of the price's currency."}
                            }
                        }
                    },
                    "distance_meters": {"type": "integer"},
                    "duration_seconds": {"type": "integer"},
                    "pickup_eta_seconds": {"type": "integer",
                    "description": "How soon a driver could be at the pickup; absent where nobody is near."},
                    "expires_at": {"$ref": "#/components/schemas/Time"}
                },
                "example": {
                    "id": "qt_01jd0c5m8e7q2x9v4k6h3n1r5t", "vehicle_class": "standard",
                    "price": {"amount": 1138, "currency": "USD"},
                    "price_lines": [{"kind": "base", "amount": 350}, {"kind": "distance", "amount": 515},
                    {"kind": "time", "amount": 273}],
                    "distance_meters": 2862, "duration_seconds": 468, "pickup_eta_seconds": 240,
                    "expires_at": "2026-11-20T17:10:00.000Z"
                }
            }
            """#
        ),
        (
            "QuoteList",
            #"""
            {
                "type": "object", "required": ["data"],
                "properties": {"data": {"type": "array", "items": {"$ref": "#/components/schemas/Quote"}}}
            }
            """#
        ),
        (
            "BookingRequest",
            #"""
            {
                "type": "object", "required": ["quote_id"], "additionalProperties": false,
                "properties": {
                    "quote_id": {"$ref": "#/components/schemas/QuoteId"},
                    "passenger_reference": {"type": "string", "maxLength": 128},
                    "partner_reference": {"type": "string", "maxLength": 64},
                    "driver_note": {"type": "string", "maxLength": 500},
                    "patience_seconds": {"type": "integer", "minimum": 60, "maximum": 86400}
                },
                "example": {
                    "quote_id": "qt_01jd0c5m8e7q2x9v4k6h3n1r5t",
                    "partner_reference": "EV-2201", "passenger_reference": "Guest 17"
                }
            }
            """#
        ),
        (
            "BookingState",
            #"""
            {
                "type": "string",
                "description": "States may be skipped and may repeat; `completed` is not `closed`: only then the \#
            money is final.",
                "enum": ["quoted", "requested", "confirmed", "assigned", "en_route", "arrived", "on_trip",
                "completed", "closed", "no_show", "cancelled", "rejected", "unfulfilled", "failed"]
            }
            """#
        ),
        (
            "Booking",
            #"""
            {
                "type": "object",
                "required": ["id", "state", "at_risk", "sequence", "created_at", "updated_at", "pickup", "drop_off",
                "vehicle_class", "passenger_count"],
                "properties": {
                    "id": {"$ref": "#/components/schemas/BookingId"},
                    "state": {"$ref": "#/components/schemas/BookingState"},
                    "at_risk": {"type": "boolean", "description": "Whether the driver has been out of reach for \#
            longer than the fleet allows, with the passenger on board."},
                    "sequence": {"type": "integer", "description": "Events so far; rises by one with each."},
                    "created_at": {"$ref": "#/components/schemas/Time"},
                    "updated_at": {"$ref": "#/components/schemas/Time"},
                    "pickup_at": {"$ref": "#/components/schemas/Time"},
                    "pickup": {"$ref": "#/components/schemas/Place"},
                    "drop_off": {"$ref": "#/components/schemas/Place"},
                    "vehicle_class": {"$ref": "#/components/schemas/VehicleClass"},
                    "passenger_count": {"type": "integer"},
                    "passenger_reference": {"type": "string"},
                    "partner_reference": {"type": "string"},
                    "quote_id": {"$ref": "#/components/schemas/QuoteId"},
                    "price": {"$ref": "#/components/schemas/Money"},
                    "captured": {"$ref": "#/components/schemas/Money"},
                    "distance_meters": {"type": "integer"},
                    "duration_seconds": {"type": "integer"},
                    "assignment": {"$ref": "#/components/schemas/Assignment"},
                    "reason": {"type": "string", "description": "Why it ended, lost its driver or is at risk: \#
            `partner_wish`, `fleet_wish`, `payment_declined`, `payment_timeout`, `no_driver_found`, \#
            `offers_exhausted`, `passenger_absent`, `driver_wish`, `driver_lost`, `outside_licence`, `abandoned`, \#
            `capture_failed` or `out_of_reach`."},
                    "actor": {"type": "string", "description": "On whose word the last event happened: `partner`, \#
            `driver`, `payments`, `dispatch` or `fleet`."},
                    "note": {"type": "string", "description": "What was written when it was cancelled."}
                },
                "example": {
                    "id": "bk_01jd0c5m8e7q2x9v4k6h3n1r5t", "state": "confirmed", "at_risk": false, "sequence": 2,
                    "created_at": "2026-11-20T17:00:00.000Z", "updated_at": "2026-11-20T17:00:00.120Z",
                    "pickup_at": "2026-11-20T17:00:00.000Z",
                    "pickup": {"lat": 37.7793, "lon": -122.4192, "label": "City Hall"},
                    "drop_off": {"lat": 37.7955, "lon": -122.3937, "label": "Ferry Building"},
                    "vehicle_class": "standard", "passenger_count": 2, "partner_reference": "EV-2201",
                    "quote_id": "qt_01jd0c5m8e7q2x9v4k6h3n1r5t",
                    "price": {"amount": 1138, "currency": "USD"}, "captured": {"amount": 0, "currency": "USD"},
                    "distance_meters": 2862, "duration_seconds": 468, "actor": "payments"
                }
            }
            """#
        ),
        (
            "Assignment",
            #"""
            {
                "type": "object", "required": ["trip_id", "driver_id", "vehicle_id", "candidates"],
                "description": "Who drives, and why he: the one asked first, then the others by cost in seconds.",
                "properties": {
                    "trip_id": {"type": "string"},
                    "driver_id": {"$ref": "#/components/schemas/DriverId"},
                    "driver_name": {"type": "string"},
                    "vehicle_id": {"type": "string"},
                    "vehicle_plate": {"type": "string"},
                    "vehicle_model": {"type": "string"},
                    "explanation": {"type": "string"},
                    "candidates": {"type": "array", "items": {"type": "object"}}
                }
            }
            """#
        ),
        (
            "BookingList",
            #"""
            {
                "type": "object", "required": ["data", "next_cursor"],
                "properties": {
                    "data": {"type": "array", "items": {"$ref": "#/components/schemas/Booking"}},
                    "next_cursor": {"type": ["string", "null"]}
                }
            }
            """#
        ),
        (
            "CancelRequest",
            #"""
            {
                "type": "object", "additionalProperties": false,
                "properties": {"note": {"type": "string", "maxLength": 200}},
                "example": {"note": "The guest's flight was cancelled."}
            }
            """#
        ),
        (
            "Track",
            #"""
            {
                "type": "object", "required": ["booking_id", "state", "at_risk", "sequence", "tracking"],
                "properties": {
                    "booking_id": {"$ref": "#/components/schemas/BookingId"},
                    "state": {"$ref": "#/components/schemas/BookingState"},
                    "at_risk": {"type": "boolean", "description": "As of the booking."},
                    "sequence": {"type": "integer"},
                    "updated_at": {"$ref": "#/components/schemas/Time"},
                    "tracking": {"type": "string", "enum": ["none", "live", "stale", "lost"],
                    "description": "How fresh the position is: 30 seconds, 5 minutes, older; `none` without a driver."},
                    "position": {
                        "type": "object", "required": ["lat", "lon", "at"],
                        "properties": {
                            "lat": {"type": "number"}, "lon": {"type": "number"},
                            "at": {"$ref": "#/components/schemas/Time"}
                        }
                    },
                    "pickup_eta_seconds": {"type": "integer"}
                },
                "example": {
                    "booking_id": "bk_01jd0c5m8e7q2x9v4k6h3n1r5t", "state": "en_route", "at_risk": false,
                    "sequence": 4, "updated_at": "2026-11-20T17:03:20.000Z", "tracking": "live",
                    "position": {"lat": 37.7793, "lon": -122.4192, "at": "2026-11-20T17:03:22.000Z"},
                    "pickup_eta_seconds": 95
                }
            }
            """#
        ),
        (
            "Problem",
            #"""
            {
                "type": "object", "required": ["type", "title", "status", "code", "request_id", "retryable"],
                "properties": {
                    "type": {"type": "string"},
                    "title": {"type": "string"},
                    "status": {"type": "integer"},
                    "detail": {"type": "string"},
                    "code": {"type": "string", "description": "Stable; for programs."},
                    "request_id": {"type": "string"},
                    "retryable": {"type": "boolean"},
                    "errors": {
                        "type": "array",
                        "items": {
                            "type": "object", "required": ["pointer", "detail"],
                            "properties": {"pointer": {"type": "string"}, "detail": {"type": "string"}}
                        }
                    }
                },
                "example": {
                    "type": "urn:nexors:problem:outside_licence_area",
                    "title": "The pickup is outside the fleet's licence area", "status": 422,
                    "detail": "The pickup is outside the places where Bay Cars holds a licence. Covered: San \#
            Francisco.",
                    "code": "outside_licence_area", "request_id": "4bf92f3577b34da6a3ce929d0e0e4736",
                    "retryable": false,
                    "errors": [{"pointer": "#/pickup", "detail": "Outside every licence zone."}]
                }
            }
            """#
        ),
    ]
}
