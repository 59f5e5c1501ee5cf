/// What an examination found about one thing.
package struct Finding: Hashable, Sendable {
    /// How serious it is.
    package enum Level: String, Sendable, CaseIterable {
        /// As it should be.
        case ok
        /// It works, but not for long or not well.
        case warning
        /// It does not work.
        case problem
    }

    /// The part of the examination: "ports", "certificates".
    package let area: String
    /// What was looked at.
    package let subject: String
    /// How serious it is.
    package let level: Level
    /// What was seen.
    package let message: String
    /// What to do; empty where all is well, and only there.
    package let advice: String

    /// All is well.
    package static func ok(_ area: String, _ subject: String, _ message: String) -> Finding {
        Finding(area: area, subject: subject, level: .ok, message: message, advice: "")
    }

    /// It works, but not for long or not well.
    package static func warning(
        _ area: String,
        _ subject: String,
        _ message: String,
        advice: String
    ) -> Finding {
        Finding(area: area, subject: subject, level: .warning, message: message, advice: advice)
    }

    /// It does not work.
    package static func problem(
        _ area: String,
        _ subject: String,
        _ message: String,
        advice: String
    ) -> Finding {
        Finding(area: area, subject: subject, level: .problem, message: message, advice: advice)
    }

    private init(area: String, subject: String, level: Level, message: String, advice: String) {
        self.area = area
        self.subject = subject
        self.level = level
        self.message = message
        self.advice = advice
    }

    /// As a person reads it.
    package var line: String {
        let mark =
            switch level {
            case .ok: "ok      "
            case .warning: "warning "
            case .problem: "PROBLEM "
            }
        let rest = advice.isEmpty ? "" : "\n            -> \(advice)"
        return "\(mark)  \(area): \(subject): \(message)\(rest)"
    }

    /// As a program reads it.
    package var json: String {
        JSONLine.text([
            "area": .text(area), "subject": .text(subject), "level": .text(level.rawValue),
            "message": .text(message), "advice": advice.isEmpty ? .none : .text(advice),
        ])
    }
}
