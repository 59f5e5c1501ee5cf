import HTTP
import HTTPClient
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

    @Test("what is no success is thrown with the gateway's words")
    func required() throws {
        let document = try JSONReader.read(Array(#"{"title":"Not found"}"#.utf8))
        let answer = { (status: UInt16) in
            GatewayClient.Answer(status: status, document: document, retryAfterSeconds: nil)
        }
        #expect(try answer(200).required(.get, "/x") == document)
        let error = #expect(throws: OperatorError.self) { try answer(404).required(.get, "/x") }
        #expect(error?.message == "The gateway refuses GET /x: Not found")
    }
}
