import JSON
import OpenAI
import Service
import Testing

struct PromptSessionTests {
    private let session: PromptSession

    init() throws {
        var configuration = ServerConfiguration()
        configuration.maxSequences = 2
        session = try PromptSession(configuration)
    }

    private func pieces(_ request: JSONObject) async throws -> (reasoning: String, content: String) {
        var texts = (reasoning: "", content: "")
        try await session.answer(request) { piece in
            switch piece {
            case .reasoning(let text): texts.reasoning += text
            case .content(let text): texts.content += text
            }
        }
        return texts
    }

    @Test func `the built-in model adds, thinking first`() async throws {
        let texts = try await pieces([
            "messages": [["role": "user", "content": "What is 27 + 58?"]], "temperature": 0,
        ])
        #expect(!texts.reasoning.isEmpty)
        #expect(texts.content.contains("85"))
        #expect(!(texts.reasoning + texts.content).contains("think>"))
    }

    @Test func `a prompt is continued as it is`() async throws {
        let texts = try await pieces(["prompt": "27 + 58 = ", "max_tokens": 4, "temperature": 0])
        #expect(texts.reasoning.isEmpty)
        #expect(!texts.content.isEmpty)
    }

    @Test func `a bad request throws what the API would answer`() async {
        await #expect(throws: APIError.self) { try await pieces(["messages": []]) }
    }
}
