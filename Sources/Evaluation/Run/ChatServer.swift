import HTTP
import JSON

/// A server of OpenAI's chat completions, with the model that is asked there.
package struct ChatServer: Sendable {
    /// Base URL, without a slash at its end and without `/v1`.
    package let url: String
    package var model: String
    package var apiKey: String?
    private let client: HTTPClient
    /// First pause before a request is sent again; it doubles each time.
    var pause = Duration.seconds(1)
    /// How often a request that fails is sent.
    var attempts = 6
    /// How long a server may be busy before a request counts as failed.
    private let patience = Duration.seconds(3600)

    package init(url: String, model: String = "", apiKey: String? = nil) {
        self.url = HTTPURL.apiBase(url)
        self.model = model
        self.apiKey = apiKey
        // A whole answer may take hours; what counts is that something comes.
        var configuration = HTTPClient.Configuration()
        configuration.silenceLimit = .seconds(1800)
        client = HTTPClient(configuration: configuration)
    }

    package func close() { client.close() }

    /// What a GET brings.
    func get(_ path: String) async throws -> (status: Int, body: String) {
        let response = try await client.send(request(path))
        return (response.status, try await response.text())
    }

    /// Asks until there is an answer. Busy servers are waited for; failures are repeated, with the same seed, a few
    /// times. `heard` is called for each piece of text. Throws `ChatError` or `CancellationError`.
    func answer(
        _ prompt: String, _ sampling: SamplingSettings, seed: UInt64?, heard: @Sendable () -> Void = {}
    ) async throws -> ChatAnswer {
        var failures = 0
        var pause = pause
        let clock = ContinuousClock()
        let start = clock.now
        while true {
            do {
                return try await ask(prompt, sampling, seed: seed, heard: heard)
            } catch let error as ChatError {
                try Task.checkCancellation()
                switch error.kind {
                case .refused: throw error
                case .busy(let seconds):
                    guard clock.now - start < patience else { throw error }
                    try await Task.sleep(for: max(pause, seconds.map { .seconds(min($0, 600)) } ?? .zero))
                case .transient:
                    failures += 1
                    guard failures < attempts else { throw error }
                    try await Task.sleep(for: pause)
                }
                pause = min(pause * 2, .seconds(30))
            }
        }
    }

    private func ask(
        _ prompt: String, _ sampling: SamplingSettings, seed: UInt64?, heard: @Sendable () -> Void
    ) async throws -> ChatAnswer {
        var messages: [JSONValue] = [["role": "user", "content": .string(prompt)]]
        if let system = sampling.systemPrompt {
            messages.insert(["role": "system", "content": .string(system)], at: 0)
        }
        var body = sampling.fields
        body["model"] = .string(model)
        body["messages"] = .array(messages)
        body["stream"] = true
        body["stream_options"] = ["include_usage": true]
        if let seed { body["seed"] = .integer(Int(seed)) }
        do {
            return try await receive(request("/v1/chat/completions", body), heard)
        } catch let error as ChatError {
            throw error
        } catch {
            try Task.checkCancellation()
            throw ChatError(.transient, "\(error)")
        }
    }

    private func receive(_ request: HTTPClientRequest, _ heard: @Sendable () -> Void) async throws -> ChatAnswer {
        let response = try await client.send(request)
        guard response.status == 200 else {
            throw ChatError(
                status: response.status, retryAfter: response.headers["Retry-After"], body: try await response.text())
        }
        var answer = ChatAnswer()
        for try await event in response.events {
            if event.data == "[DONE]" { continue }
            let before = answer.deltas
            do {
                try answer.append(try JSONValue(parsing: event.data))
            } catch let error as JSONError {
                throw ChatError(.transient, "the stream is no JSON: \(error)")
            }
            if answer.deltas > before { heard() }
        }
        guard answer.finishReason != nil else {
            throw ChatError(.transient, "the stream ended without a finish_reason")
        }
        answer.splitReasoning()
        return answer
    }

    /// A POST with a body, a GET without.
    private func request(_ path: String, _ body: JSONObject? = nil) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: url + path)
        if let body { request = .json(url + path, Array(JSONValue.object(body).serialized().utf8)) }
        if let apiKey { request.headers["Authorization"] = "Bearer \(apiKey)" }
        return request
    }
}
