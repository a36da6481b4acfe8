import HTTP
import JSON
import OpenAI
import Testing

@testable import Service

struct ErrorEnvelopeTests {
    @Test(arguments: [
        ("/v1/messages", ErrorEnvelope.anthropic), ("/v1/messages/count_tokens", .anthropic),
        ("/anthropic/v1/models", .anthropic), ("/v1/chat/completions", .openAI), ("/v1/responses", .openAI),
    ])
    func `an error has the shape that a path's clients read`(path: String, envelope: ErrorEnvelope) {
        #expect(ErrorEnvelope(path: path) == envelope)
    }

    @Test func `a server that is not ready is overloaded in Anthropic's words`() throws {
        let error = APIError.unavailable("The model is loading.", retryAfter: 5)
        let response = error.response(in: .anthropic)
        #expect(response.status == 529)
        #expect(response.headers["Retry-After"] == "5")
        guard case .bytes(let body) = response.body else {
            Issue.record("the answer has no body")
            return
        }
        #expect(try JSONValue(parsing: body)["error"]?["type"] == "overloaded_error")
        #expect(error.response(in: .openAI).status == 503)
    }
}
