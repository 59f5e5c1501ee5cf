import OperatorCommands
import Testing

@Suite("Figures for people")
struct FiguresTests {
    @Test(
        "times",
        arguments: [
            (Duration.seconds(0), "0 s"), (.milliseconds(59_999), "59 s"),
            (.seconds(60), "1 min 00 s"), (.seconds(3599), "59 min 59 s"),
            (.seconds(3600), "1 h 00 min"), (.seconds(-5), "0 s"),
        ]
    )
    func time(duration: Duration, text: String) {
        #expect(Figures.time(duration) == text)
    }

    @Test(
        "counts have their noun in the right number",
        arguments: [(0, "no warnings"), (1, "1 warning"), (2, "2 warnings")]
    )
    func count(count: Int, text: String) {
        #expect(Figures.count(count, "warning") == text)
    }

    @Test(
        "decimals are rounded to nearest, and nothing is a dash",
        arguments: [
            (1.005, 1, "1.0"), (0.95, 1, "1.0"), (-0.04, 1, "0.0"), (-1.25, 0, "-1"),
            (12.3456, 3, "12.346"), (0.007, 3, "0.007"),
        ]
    )
    func decimal(value: Double, digits: Int, text: String) {
        #expect(Figures.decimal(value, digits) == text)
        #expect(Figures.decimal(nil, digits) == "-")
        #expect(Figures.decimal(.nan, digits) == "-")
    }

    @Test(
        "money keeps every minor unit",
        arguments: [
            (Int64(0), 2, "0.00 EUR"), (7, 2, "0.07 EUR"), (-1250, 2, "-12.50 EUR"),
            (1250, 0, "1250 EUR"), (1, 3, "0.001 EUR"),
            (.min, 2, "-92233720368547758.08 EUR"),
        ]
    )
    func money(units: Int64, digits: Int, text: String) {
        #expect(Figures.money(units, "EUR", digits: digits) == text)
    }

    @Test("a table aligns its columns and rules its titles off")
    func table() {
        var table = TextTable(["name", "count"], [.left, .right])
        table.add(["a", "7"])
        table.add(["longer", "1234567"])
        table.add(["short"])
        #expect(
            table.lines == [
                "name      count", "------  -------", "a             7", "longer  1234567", "short",
            ]
        )
    }

    @Test("a line of JSON keeps order and writes nothing for NaN")
    func json() {
        let line = JSONLine.text([
            "bench": .text("a\"b"), "value": .decimal(1.23456, digits: 3),
            "count": .whole(-3), "pass": .truth(true), "peer": .none,
            "ratio": .decimal(.nan, digits: 2),
        ])
        let expected =
            #"{"bench":"a\"b","value":1.235,"count":-3,"pass":true,"peer":null,"ratio":null}"#
        #expect(line == expected)
    }
}
