import HTTP
import JSON
import Logging
import Synchronization

@testable import Evaluation

/// A server of chat completions that says what a test tells it to.
final class ScriptedServer: Sendable {
    struct Ask: Sendable {
        var prompt: String
        var seed: Int
        /// How often this seed was asked for, from 1.
        var attempt: Int
        var body: JSONValue
    }

    struct Reply: Sendable {
        var reasoning = ""
        var content = ""
        var finish = "stop"
        var reasoningField = "reasoning_content"
        var tokens = 10
        var status = 200
        var retryAfter: String?
        /// Whether the connection ends before the answer does.
        var isCut = false
        var pause = Duration.zero

        static func text(_ content: String) -> Reply { Reply(reasoning: "Let me think.", content: content) }
    }

    private struct State {
        var attempts: [Int: Int] = [:]
        var asked: [Ask] = []
        var underWay = 0
        var mostUnderWay = 0
    }

    private let server: HTTPServer
    private let state = Mutex(State())
    let port: Int
    static let model = "scripted"

    init(properties: JSONValue? = nil, _ reply: @escaping @Sendable (Ask) -> Reply) throws {
        let handler = Mutex<(@Sendable (HTTPRequest) async -> HTTPResponse)?>(nil)
        server = HTTPServer(
            configuration: HTTPServerConfiguration(hosts: ["127.0.0.1"], port: 0),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        ) { request in
            await handler.withLock { $0 }?(request) ?? .text("", status: 404)
        }
        port = try server.start()
        handler.withLock { handler in
            handler = { [weak self] request in
                switch request.path {
                case "/v1/models": .json(["data": [["id": .string(Self.model), "max_model_len": 100_000]]])
                case "/props": properties.map(HTTPResponse.json) ?? .text("", status: 404)
                case "/v1/chat/completions": self?.answer(request, reply) ?? .text("", status: 500)
                default: .text("", status: 404)
                }
            }
        }
    }

    deinit { server.stop() }

    var url: String { "http://127.0.0.1:\(port)" }
    /// Questions of a run, without the one short question before it.
    var asked: [Ask] { state.withLock { $0.asked } }
    var mostUnderWay: Int { state.withLock { $0.mostUnderWay } }

    private func answer(_ request: HTTPRequest, _ reply: (Ask) -> Reply) -> HTTPResponse {
        guard let body = try? JSONValue(parsing: request.body), let seed = body["seed"]?.intValue,
            let prompt = body["messages"]?.arrayValue?.last?["content"]?.stringValue
        else { return .text("no chat request with a seed", status: 400) }
        if seed == 1 { return stream(.text("85")) }
        let ask = state.withLock { state in
            state.attempts[seed, default: 0] += 1
            let ask = Ask(prompt: prompt, seed: seed, attempt: state.attempts[seed]!, body: body)
            state.asked.append(ask)
            return ask
        }
        let reply = reply(ask)
        guard reply.status == 200 else {
            var response = HTTPResponse.text("scripted", status: reply.status)
            response.headers["Retry-After"] = reply.retryAfter
            return response
        }
        return stream(reply)
    }

    private func stream(_ reply: Reply) -> HTTPResponse {
        .events { writer in
            self.state.withLock { state in
                state.underWay += 1
                state.mostUnderWay = max(state.mostUnderWay, state.underWay)
            }
            defer { self.state.withLock { $0.underWay -= 1 } }
            func delta(_ field: String, _ text: String) async throws {
                guard !text.isEmpty else { return }
                let event: JSONValue = ["choices": [["delta": .object([field: .string(text)])]]]
                try await writer.write(ServerSentEvents.data(event.serialized()))
            }
            try await delta(reply.reasoningField, reply.reasoning)
            if reply.pause > .zero { try await Task.sleep(for: reply.pause) }
            let half = reply.content.index(reply.content.startIndex, offsetBy: reply.content.count / 2)
            try await delta("content", String(reply.content[..<half]))
            if reply.isCut { throw CancellationError() }
            try await delta("content", String(reply.content[half...]))
            let last: JSONValue = [
                "choices": [["delta": [:], "finish_reason": .string(reply.finish)]],
                "usage": [
                    "prompt_tokens": 5, "completion_tokens": .integer(reply.tokens),
                    "completion_tokens_details": ["reasoning_tokens": .integer(reply.tokens / 2)],
                ],
            ]
            try await writer.write(ServerSentEvents.data(last.serialized()))
            try await writer.write(ServerSentEvents.done)
        }
    }
}

extension HTTPResponse {
    fileprivate static func json(_ value: JSONValue) -> HTTPResponse {
        HTTPResponse(contentType: "application/json", Array(value.serialized().utf8))
    }
}
