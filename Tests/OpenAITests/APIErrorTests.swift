import Engine
import JSON
import Testing

@testable import OpenAI

@Suite struct APIErrorTests {
    @Test func `an error is OpenAI's envelope with all four keys`() throws {
        let error = APIError.invalidRequest("Say \"x\".", param: "messages[0].content")
        let expected =
            #"{"error":{"message":"Say \"x\".","type":"invalid_request_error","#
            + #""param":"messages[0].content","code":null}}"#
        #expect(String(decoding: error.body, as: UTF8.self) == expected)
        #expect(error.status == 400)
    }

    @Test func `too long a prompt names both numbers in OpenAI's words`() {
        let prompt = APIError.contextLengthExceeded(tokens: 5000, completion: nil, limit: 4096, param: "messages")
        #expect(prompt.code == "context_length_exceeded")
        #expect(prompt.param == "messages")
        #expect(
            prompt.message
                == "This model's maximum context length is 4096 tokens. However, your messages resulted in 5000 tokens "
                + "and at least one is needed for the completion. Please reduce the length of the messages.")
        let both = APIError.contextLengthExceeded(tokens: 4000, completion: 200, limit: 4096, param: "prompt")
        #expect(
            both.message
                == "This model's maximum context length is 4096 tokens. However, you requested 4200 tokens (4000 in "
                + "the prompt, 200 in the completion). Please reduce the length of the prompt or completion.")
    }

    @Test func `statuses and codes are those that clients act on`() {
        let expected: [(APIError, Int, String?, Int?)] = [
            (.modelNotFound("x"), 404, "model_not_found", nil),
            (.unauthorized("x"), 401, "invalid_api_key", nil),
            (.rateLimited("x", retryAfter: 3), 429, "rate_limit_exceeded", 3),
            (.unavailable("x", retryAfter: 4), 503, "service_unavailable", 4),
            (.notFound(method: "GET", path: "/x"), 404, "not_found", nil),
            (.methodNotAllowed("x"), 405, "method_not_allowed", nil),
            (.unsupportedEncoding("gzip"), 415, "unsupported_encoding", nil),
            (.forbidden("x"), 403, "permission_denied", nil),
            (.internal("x"), 500, "internal_error", nil),
        ]
        for (error, status, code, retryAfter) in expected {
            #expect(error.status == status)
            #expect(error.code == code)
            #expect(error.retryAfter == retryAfter)
        }
    }

    @Test func `the engine's refusals become statuses`() {
        #expect(APIError(.promptTooLong(tokens: 9, limit: 8), param: "prompt").code == "context_length_exceeded")
        #expect(APIError(.queueFull(waiting: 7, retryAfterSeconds: 2), param: "prompt").status == 429)
        #expect(APIError(.queueFull(waiting: 7, retryAfterSeconds: 2), param: "prompt").retryAfter == 2)
        #expect(APIError(.shuttingDown, param: "prompt").status == 503)
        #expect(APIError(.runnerFailed("out of memory"), param: "prompt").status == 500)
        #expect(APIError(.invalidRequest(field: "n", reason: "is odd"), param: "prompt").param == "n")
    }

    @Test func `what repeats a client's words at length is cut in the middle`() {
        let word = String(repeating: "ü", count: 100_000)
        let error = APIError.invalidRequest("stop: \(word) is no number. Give one.", param: "logit_bias.\(word)")
        #expect(error.message.hasPrefix("stop: ü") && error.message.contains("ü…ü"))
        #expect(error.message.hasSuffix("is no number. Give one.") && error.message.count == 601)
        #expect(error.param?.count == 251)
        let short = String(repeating: "ü", count: 600)
        #expect(APIError.invalidRequest(short).message == short)
    }
}
