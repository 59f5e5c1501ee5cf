/// The schemas of fleets and operators.
extension OpenAPIParts {
    static let operatorSchemas: [(StaticString, StaticString)] = [
        (
            "DriverToken",
            #"""
            {
                "type": "object", "required": ["driver_id", "token", "expires_at"],
                "properties": {
                    "driver_id": {"$ref": "#/components/schemas/DriverId"},
                    "token": {"type": "string", "description": "Goes into HELLO of LBP/1, base64url decoded."},
                    "expires_at": {"$ref": "#/components/schemas/Time"}
                }
            }
            """#
        ),
        (
            "Reference",
            #"{"type": "string", "minLength": 1, "maxLength": 64, "pattern": "^[^\\u0000-\\u001f\\u007f]*$"}"#
        ),
        ("BasisPoints", #"{"type": "integer", "minimum": 0, "maximum": 10000}"#),
        (
            "TenantDocument",
            #"""
            {
                "type": "object", "required": ["name", "currency"], "additionalProperties": false,
                "properties": {
                    "name": {"type": "string", "minLength": 1, "maxLength": 80},
                    "brand": {
                        "type": "object", "additionalProperties": false,
                        "properties": {
                            "display_name": {"type": "string", "maxLength": 80},
                            "primary_color": {"type": "string", "pattern": "^#[0-9a-fA-F]{6}$"},
                            "logo_url": {"type": "string", "maxLength": 500},
                            "support_email": {"type": "string", "maxLength": 200}
                        }
                    },
                    "currency": {"$ref": "#/components/schemas/Currency"},
                    "utc_offset_minutes": {"type": "integer", "minimum": -840, "maximum": 840},
                    "merchant_reference": {"type": "string", "maxLength": 64},
                    "plan": {
                        "type": "object", "additionalProperties": false,
                        "properties": {
                            "name": {"type": "string", "maxLength": 64},
                            "commission_basis_points": {"$ref": "#/components/schemas/BasisPoints"},
                            "tax_basis_points": {"$ref": "#/components/schemas/BasisPoints"},
                            "trip_fee": {"type": "integer", "minimum": 0, "maximum": 1000000000}
                        }
                    },
                    "tariffs": {"type": "array", "maxItems": 16, "items": {"$ref": "#/components/schemas/Tariff"}},
                    "zones": {"type": "array", "maxItems": 1000, "items": {"$ref": "#/components/schemas/Zone"}},
                    "drivers": {
                        "type": "array", "maxItems": 5000,
                        "items": {
                            "type": "object", "required": ["reference"], "additionalProperties": false,
                            "properties": {
                                "reference": {"$ref": "#/components/schemas/Reference"},
                                "name": {"type": "string", "maxLength": 80},
                                "rating": {"type": "number", "minimum": 0, "maximum": 5},
                                "active": {"type": "boolean", "default": true}
                            }
                        }
                    },
                    "vehicles": {
                        "type": "array", "maxItems": 5000,
                        "items": {
                            "type": "object", "required": ["reference"], "additionalProperties": false,
                            "properties": {
                                "reference": {"$ref": "#/components/schemas/Reference"},
                                "plate": {"type": "string", "maxLength": 16},
                                "model": {"type": "string", "maxLength": 64},
                                "vehicle_class": {"$ref": "#/components/schemas/VehicleClass"},
                                "seats": {"type": "integer", "minimum": 1, "maximum": 64},
                                "active": {"type": "boolean", "default": true}
                            }
                        }
                    },
                    "partners": {
                        "type": "array", "maxItems": 1000,
                        "items": {
                            "type": "object", "required": ["reference"], "additionalProperties": false,
                            "properties": {
                                "reference": {"$ref": "#/components/schemas/Reference"},
                                "name": {"type": "string", "maxLength": 80},
                                "payment_method": {
                                    "type": "object", "required": ["provider", "vault_token"],
                                    "additionalProperties": false,
                                    "properties": {
                                        "provider": {"type": "string", "enum": ["paypal", "mercado_pago", "stripe"]},
                                        "vault_token": {"type": "string", "minLength": 1, "maxLength": 128},
                                        "label": {"type": "string", "maxLength": 64}
                                    }
                                }
                            }
                        }
                    },
                    "keys": {
                        "type": "array", "maxItems": 1000,
                        "items": {
                            "type": "object", "required": ["reference", "scopes"], "additionalProperties": false,
                            "properties": {
                                "reference": {"$ref": "#/components/schemas/Reference"},
                                "scopes": {"type": "array", "maxItems": 8, "items": {"type": "string",
                                "enum": ["book", "read_bookings", "manage_fleet", "read_money"]}},
                                "partner": {"$ref": "#/components/schemas/Reference"},
                                "requests_per_second": {"type": "integer", "minimum": 1, "maximum": 1000000}
                            }
                        }
                    }
                },
                "example": {
                    "name": "Bay Cars", "currency": "USD", "utc_offset_minutes": -480,
                    "brand": {"display_name": "Bay Cars", "primary_color": "#0a3d62"},
                    "plan": {"name": "standard", "commission_basis_points": 1200, "tax_basis_points": 0},
                    "tariffs": [{"vehicle_class": "standard", "base": 350, "per_kilometer": 180, "per_minute": 45,
                    "minimum": 800}],
                    "zones": [{
                        "reference": "city", "name": "San Francisco", "purpose": "licence",
                        "geometry": {"type": "Polygon", "coordinates": [[[-122.52, 37.70], [-122.35, 37.70],
                        [-122.35, 37.83], [-122.52, 37.83], [-122.52, 37.70]]]}
                    }],
                    "drivers": [{"reference": "d-1", "name": "Ana", "rating": 4.9}],
                    "vehicles": [{"reference": "v-1", "plate": "BAY 001", "model": "Sedan",
                    "vehicle_class": "standard", "seats": 4}],
                    "partners": [{"reference": "agency", "name": "Agency", "payment_method": {"provider": "paypal",
                    "vault_token": "demo-vault", "label": "Agency account"}}],
                    "keys": [{"reference": "agency", "partner": "agency", "scopes": ["book", "read_bookings"]}]
                }
            }
            """#
        ),
        (
            "Tariff",
            #"""
            {
                "type": "object", "required": ["base", "per_kilometer", "per_minute"], "additionalProperties": false,
                "description": "Amounts in minor units of the fleet's currency.",
                "properties": {
                    "vehicle_class": {"$ref": "#/components/schemas/VehicleClass"},
                    "base": {"type": "integer", "minimum": 0, "maximum": 1000000000000},
                    "per_kilometer": {"type": "integer", "minimum": 0, "maximum": 1000000000000},
                    "per_minute": {"type": "integer", "minimum": 0, "maximum": 1000000000000},
                    "minimum": {"type": "integer", "minimum": 0, "maximum": 1000000000000},
                    "patience_seconds": {"type": "integer", "minimum": 60, "maximum": 86400},
                    "absence_seconds": {"type": "integer", "minimum": 0, "maximum": 7200},
                    "absence_fee_basis_points": {"$ref": "#/components/schemas/BasisPoints"}
                }
            }
            """#
        ),
        (
            "Zone",
            #"""
            {
                "type": "object", "required": ["reference", "geometry"], "additionalProperties": false,
                "properties": {
                    "reference": {"$ref": "#/components/schemas/Reference"},
                    "name": {"type": "string", "maxLength": 80},
                    "purpose": {"type": "string", "enum": ["licence", "market", "airport", "venue", "restricted"],
                    "default": "licence"},
                    "geometry": {
                        "description": "GeoJSON (RFC 7946): positions are [longitude, latitude].",
                        "oneOf": [{"$ref": "#/components/schemas/Polygon"},
                        {"$ref": "#/components/schemas/MultiPolygon"}]
                    }
                }
            }
            """#
        ),
        (
            "Position",
            #"""
            {
                "type": "array", "minItems": 2, "maxItems": 3,
                "description": "Longitude, latitude, and a height that is not looked at.",
                "prefixItems": [{"type": "number", "minimum": -180, "maximum": 180},
                {"type": "number", "minimum": -90, "maximum": 90}, {"type": "number"}]
            }
            """#
        ),
        (
            "Ring",
            #"""
            {
                "type": "array", "minItems": 4, "items": {"$ref": "#/components/schemas/Position"},
                "description": "The last position repeats the first; the outer ring of a polygon comes first."
            }
            """#
        ),
        (
            "Polygon",
            #"""
            {
                "type": "object", "required": ["type", "coordinates"], "additionalProperties": false,
                "properties": {
                    "type": {"type": "string", "const": "Polygon"},
                    "coordinates": {"type": "array", "minItems": 1, "maxItems": 500,
                    "items": {"$ref": "#/components/schemas/Ring"}}
                }
            }
            """#
        ),
        (
            "MultiPolygon",
            #"""
            {
                "type": "object", "required": ["type", "coordinates"], "additionalProperties": false,
                "properties": {
                    "type": {"type": "string", "const": "MultiPolygon"},
                    "coordinates": {
                        "type": "array", "minItems": 1, "maxItems": 500,
                        "items": {"type": "array", "minItems": 1, "items": {"$ref": "#/components/schemas/Ring"}}
                    }
                }
            }
            """#
        ),
        (
            "FleetItem",
            #"""
            {
                "type": "object", "required": ["reference", "id", "active"],
                "properties": {
                    "reference": {"$ref": "#/components/schemas/Reference"},
                    "id": {"type": "string"}, "active": {"type": "boolean"}
                }
            }
            """#
        ),
        (
            "Tenant",
            #"""
            {
                "type": "object", "required": ["id", "name", "currency", "revision", "keys", "drivers", "vehicles",
                "partners", "zones", "provisioning"],
                "properties": {
                    "id": {"$ref": "#/components/schemas/TenantId"},
                    "name": {"type": "string"},
                    "brand": {"type": "object"},
                    "currency": {"$ref": "#/components/schemas/Currency"},
                    "utc_offset_minutes": {"type": "integer"},
                    "revision": {"type": "integer"},
                    "applied_at": {"$ref": "#/components/schemas/Time"},
                    "changed": {"type": "boolean"},
                    "keys": {
                        "type": "array",
                        "items": {
                            "type": "object", "required": ["reference", "id", "scopes"],
                            "properties": {
                                "reference": {"type": "string"}, "id": {"type": "string"},
                                "scopes": {"type": "array", "items": {"type": "string"}},
                                "partner_id": {"type": "string"},
                                "last_used_at": {"$ref": "#/components/schemas/Time"},
                                "secret": {"type": "string",
                                "description": "The whole key; only in the answer that made it."}
                            }
                        }
                    },
                    "drivers": {"type": "array", "items": {"$ref": "#/components/schemas/FleetItem"}},
                    "vehicles": {"type": "array", "items": {"$ref": "#/components/schemas/FleetItem"}},
                    "partners": {"type": "array", "items": {"$ref": "#/components/schemas/FleetItem"}},
                    "zones": {"type": "array", "items": {"$ref": "#/components/schemas/FleetItem"}},
                    "provisioning": {
                        "type": "object", "required": ["delivered", "waiting", "refused", "open"],
                        "properties": {
                            "delivered": {"type": "integer"}, "waiting": {"type": "integer"},
                            "refused": {"type": "integer"},
                            "open": {"type": "array", "items": {"type": "object"}}
                        }
                    }
                }
            }
            """#
        ),
        (
            "Ledger",
            #"""
            {
                "type": "object", "required": ["balanced", "postings", "entries", "accounts"],
                "properties": {
                    "balanced": {"type": "boolean"},
                    "postings": {"type": "integer"}, "entries": {"type": "integer"},
                    "accounts": {
                        "type": "array",
                        "items": {
                            "type": "object", "required": ["account", "debit", "credit"],
                            "properties": {
                                "account": {"type": "string"}, "provider": {"type": "string"},
                                "currency": {"$ref": "#/components/schemas/Currency"},
                                "debit": {"type": "integer"}, "credit": {"type": "integer"}
                            }
                        }
                    }
                }
            }
            """#
        ),
        (
            "Statement",
            #"""
            {
                "type": "object", "required": ["month", "closed", "sections"],
                "properties": {
                    "month": {"type": "string"}, "closed": {"type": "boolean"},
                    "computed_at": {"$ref": "#/components/schemas/Time"},
                    "sections": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "properties": {
                                "currency": {"$ref": "#/components/schemas/Currency"},
                                "trips": {"type": "integer"}, "fares": {"type": "integer"},
                                "tax": {"type": "integer"}, "commission": {"type": "integer"},
                                "trip_fees": {"type": "integer"}, "due": {"type": "integer"}
                            }
                        }
                    }
                }
            }
            """#
        ),
        (
            "Figures",
            #"""
            {
                "type": "object", "required": ["dispatch", "ingest", "payments", "billing"],
                "properties": {
                    "dispatch": {"type": "object"}, "ingest": {"type": "object"},
                    "payments": {"type": "object"}, "billing": {"type": "object"}
                }
            }
            """#
        ),
        (
            "SystemStatus",
            #"""
            {
                "type": "object", "required": ["complete", "services"],
                "properties": {
                    "complete": {"type": "boolean"},
                    "services": {
                        "type": "array",
                        "items": {
                            "type": "object", "required": ["service", "reachable"],
                            "properties": {
                                "service": {"type": "string"}, "reachable": {"type": "boolean"},
                                "ready": {"type": "boolean"}, "business_time": {"$ref": "#/components/schemas/Time"}
                            }
                        }
                    }
                }
            }
            """#
        ),
        (
            "BusinessTimeRequest",
            #"""
            {
                "type": "object", "required": ["business_origin"], "additionalProperties": false,
                "properties": {
                    "business_origin": {"$ref": "#/components/schemas/Time",
                    "description": "What business time shows at `real_origin`; it must now lie in 2000 to 2899."},
                    "real_origin": {"$ref": "#/components/schemas/Time", "description": "Now where absent."},
                    "factor": {"type": "integer", "minimum": 1, "maximum": 3600, "default": 1}
                },
                "example": {"business_origin": "2026-11-20T17:00:00Z", "factor": 60}
            }
            """#
        ),
        (
            "BusinessTime",
            #"""
            {
                "type": "object", "required": ["business_time", "factor", "complete", "services"],
                "properties": {
                    "business_time": {"$ref": "#/components/schemas/Time"},
                    "real_origin": {"$ref": "#/components/schemas/Time"},
                    "business_origin": {"$ref": "#/components/schemas/Time"},
                    "factor": {"type": "integer"}, "complete": {"type": "boolean"},
                    "services": {"type": "array", "items": {"type": "object"}}
                }
            }
            """#
        ),
    ]
}
