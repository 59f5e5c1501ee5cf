import Model
import TestSupport
import Testing

@testable import DispatchCore

@Suite("What a driver costs a request")
struct CostBreakdownTests {
    private func cost(
        eta: Int32 = 100_000,
        rating: Int32 = 0,
        steps: Int32 = 0,
        idle: Int64 = 0,
        age: Int64 = 0,
        policy: CostPolicy = CostPolicy()
    ) -> CostBreakdown {
        CostBreakdown(
            policy: policy,
            eta: eta,
            ratingHundredths: rating,
            upgradeSteps: steps,
            idleSeconds: idle,
            ageSeconds: age
        )
    }

    @Test(
        "stars missing to five cost a minute each, and a rating below 4.0 three minutes more",
        arguments: [(500, 0), (400, 60_000), (399, 240_600), (100, 420_000), (0, 0)]
            as [(Int32, Int32)]
    )
    func rating(hundredths: Int32, milliseconds: Int32) {
        #expect(cost(rating: hundredths).rating == milliseconds)
        #expect(cost(rating: hundredths).total == 100_000 + milliseconds)
    }

    @Test("idle time and age are credits with a ceiling, and a pair is never better than free")
    func credits() {
        var policy = CostPolicy()
        policy.idleMillisecondsPerMinute = 1000
        policy.ageMillisecondsPerSecond = 500
        #expect(cost(idle: 59, policy: policy).idle == 0)
        #expect(cost(idle: 60, policy: policy).idle == -1000)
        #expect(cost(idle: 86_400 * 365, policy: policy).idle == -60_000)
        #expect(cost(age: 10, policy: policy).age == -5000)
        #expect(cost(age: .max, policy: policy).age == -300_000)
        #expect(cost(eta: 100, idle: 6000, policy: policy).total == 0)
    }

    @Test("a better class costs two minutes a step")
    func upgrade() {
        #expect(cost(steps: 2).upgrade == 240_000)
    }

    @Test("the largest terms stop at the largest cost")
    func largest() {
        var policy = CostPolicy()
        policy.ratingMillisecondsPerStar = CostPolicy.weightMillisecondsMax
        #expect(cost(eta: .max, rating: 100, policy: policy).total == SparseAssignment.costMax)
    }

    @Test("the terms are said in seconds, those that count")
    func text() {
        #expect(cost(eta: 124_250, rating: 400).text == "184.2 s (drive 124.2, rating 60.0)")
        #expect(cost(eta: 1000).text == "1.0 s (drive 1.0)")
    }

    @Test(
        "who may serve whom",
        arguments: VehicleClass.allCases,
        VehicleClass.allCases
    )
    func classes(asked: VehicleClass, offered: VehicleClass) {
        let expected: Int32? =
            switch (asked, offered) {
            case (.standard, .standard), (.business, .business), (.first, .first), (.van, .van): 0
            case (.standard, .business), (.business, .first): 1
            case (.standard, .first): 2
            default: nil
            }
        #expect(asked.upgradeSteps(to: offered) == expected)
    }

    @Test("raw values of classes are dense from 1, as the board's indexes need")
    func denseClasses() {
        #expect(VehicleClass.allCases.map(\.rawValue) == [1, 2, 3, 4])
    }
}

@Suite("An explanation")
struct ExplanationTests {
    private func candidate(_ number: Int, _ eta: Int32, rating: Int32 = 0) -> Candidate {
        Candidate(
            driver: Samples.driver(number),
            cost: CostBreakdown(eta: eta, rating: rating, upgrade: 0, idle: 0, age: 0)
        )
    }

    private func explanation(runnerUp: Candidate?) -> Explanation {
        Explanation(
            seen: 20,
            excluded: [3, 0, 0, 2, 1],
            requestsInRound: 4,
            winner: candidate(1, 120_000),
            runnerUp: runnerUp
        )
    }

    @Test("comes back from its stored form, which is never longer than said")
    func roundTrip() {
        for runnerUp in [nil, candidate(2, 90_000, rating: 60_000)] {
            let before = explanation(runnerUp: runnerUp)
            #expect(Explanation(encoded: before.encoded) == before)
            #expect(before.encoded.count <= Explanation.encodedByteCountMax)
        }
        #expect(Explanation.encodedByteCountMax == 88)
    }

    @Test("no truncated, lengthened or foreign form is read")
    func damaged() {
        let bytes = explanation(runnerUp: candidate(2, 90_000)).encoded
        for count in bytes.indices {
            #expect(Explanation(encoded: Array(bytes.prefix(count))) == nil, "\(count) bytes")
        }
        #expect(Explanation(encoded: bytes + [0]) == nil)
        #expect(Explanation(encoded: [2] + bytes.dropFirst()) == nil)
    }

    @Test("says who, over whom, by how much, and who was left out")
    func text() {
        let one = Samples.driver(1), two = Samples.driver(2)
        #expect(
            explanation(runnerUp: candidate(2, 90_000, rating: 60_000)).text
                == "\(one) at 120.0 s (drive 120.0), 30.0 s before \(two) at 150.0 s"
                + " (drive 90.0, rating 60.0); 20 seen, 3 out by refused before, 2 out by too far,"
                + " 1 out by dearer than waiting; 4 matched in this round"
        )
        #expect(
            explanation(runnerUp: candidate(2, 90_000)).text.contains(
                "though 30.0 s behind \(two) at 90.0 s (drive 90.0), "
                    + "who serves another request of the round better"
            )
        )
        #expect(explanation(runnerUp: nil).text.contains("the only one left"))
    }
}
