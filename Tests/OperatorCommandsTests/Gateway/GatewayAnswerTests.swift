import HTTP
import Testing

@testable import OperatorCommands

@Suite("What the gateway refuses")
struct GatewayAnswerTests {
    private static let oneMember = ##"""
        {"title":"Invalid","detail":"It lacks.","errors":[{"pointer":"#/name","detail":"It lacks."}]}
        """##
    private static let twoMembers = ##"""
        {"title":"Invalid","detail":"Two.",
         "errors":[{"pointer":"#/a","detail":"A."},{"pointer":"#/b","detail":"B."}]}
        """##

    @Test(
        "each sentence of a problem is shown once",
        arguments: [
            (#"{"title":"Not found"}"#, "Not found"),
            (#"{"title":"Not found","detail":"Nothing there."}"#, "Not found: Nothing there."),
            (oneMember, "Invalid: #/name: It lacks."),
            (twoMembers, "Invalid: Two. [#/a: A.] [#/b: B.]"),
            (#"{"detail":"Why."}"#, "status 422: Why."), ("null", "status 422"),
        ]
    )
    func problem(json: String, text: String) throws {
        let answer = GatewayClient.Answer(
            status: 422,
            document: try JSONReader.read(Array(json.utf8)),
            retryAfterSeconds: nil
        )
        #expect(answer.problem == text)
    }
}
