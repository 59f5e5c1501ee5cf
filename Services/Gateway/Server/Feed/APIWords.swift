package import Messages

/// The words of the API for codes of the wire: the case's name with underscores.
package enum APIWord {
    /// `paymentDeclined` as `payment_declined`.
    package static func snake(_ name: String) -> String {
        var text = ""
        for character in name {
            if character.isUppercase {
                text.append("_")
                text.append(contentsOf: character.lowercased())
            } else {
                text.append(character)
            }
        }
        return text
    }

    /// The words of a code by its raw value; index 0, "unspecified", is empty.
    static func table<Code: WireCode>(_ type: Code.Type) -> [String] {
        let count = Code.allCases.map { Int($0.rawValue) }.max() ?? 0
        var words = Array(repeating: "", count: count + 1)
        for code in Code.allCases { words[Int(code.rawValue)] = snake("\(code)") }
        return words
    }

    static func text<Code: WireCode>(_ code: WireEnum<Code>, _ words: [String]) -> String {
        // A newer peer's code has no word here; clients are told to expect unknown ones.
        Int(code.rawValue) < words.count ? words[Int(code.rawValue)] : "other"
    }
}

/// The words for vehicle classes.
package enum VehicleClassWord {
    private static let words = APIWord.table(VehicleClassCode.self)

    /// The word; empty for "unspecified".
    package static func text(_ code: WireEnum<VehicleClassCode>) -> String {
        APIWord.text(code, words)
    }

    /// The class that `word` stands for.
    package static func code(_ word: String) -> VehicleClassCode? {
        VehicleClassCode.allCases.first { words[Int($0.rawValue)] == word }
    }
}

/// The words for reasons.
package enum ReasonWord {
    private static let words = APIWord.table(BookingReasonCode.self)

    /// The word; empty for "unspecified".
    package static func text(_ code: WireEnum<BookingReasonCode>) -> String {
        APIWord.text(code, words)
    }
}

/// The words for who moved a booking.
package enum ActorWord {
    private static let words = APIWord.table(BookingActorCode.self)

    /// The word; empty for "unspecified".
    package static func text(_ code: WireEnum<BookingActorCode>) -> String {
        APIWord.text(code, words)
    }
}

/// The words for steps of a booking.
package enum StepWord {
    private static let words = APIWord.table(BookingStepCode.self)

    /// The word; empty for "unspecified".
    package static func text(_ code: WireEnum<BookingStepCode>) -> String {
        APIWord.text(code, words)
    }
}

/// The words for accounts of the ledger.
package enum LedgerAccountWord {
    private static let words = APIWord.table(LedgerAccountCode.self)

    /// The word; empty for "unspecified".
    package static func text(_ code: WireEnum<LedgerAccountCode>) -> String {
        APIWord.text(code, words)
    }
}

/// The words for payment providers.
package enum ProviderWord {
    private static let words = ["", "paypal", "mercado_pago", "stripe"]

    /// The word; empty for "unspecified".
    package static func text(_ code: WireEnum<PaymentProviderCode>) -> String {
        APIWord.text(code, words)
    }

    /// The provider that `word` stands for.
    package static func code(_ word: String) -> PaymentProviderCode? {
        PaymentProviderCode.allCases.first { words[Int($0.rawValue)] == word }
    }
}

/// The words for what zones are for.
package enum ZonePurposeWord {
    private static let words = APIWord.table(ZonePurposeCode.self)

    /// The purpose that `word` stands for.
    package static func code(_ word: String) -> ZonePurposeCode? {
        ZonePurposeCode.allCases.first { words[Int($0.rawValue)] == word }
    }
}
