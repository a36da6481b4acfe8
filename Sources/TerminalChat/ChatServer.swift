internal import HTTP
package import JSON

/// The server that answers, spoken to by OpenAI's API.
package struct ChatServer: Sendable {
    /// Base URL without `/v1`.
    package let url: String
    private let key: String?
    private let client: HTTPClient

    package init(url: String, key: String?) {
        self.url = HTTPURL.apiBase(url)
        self.key = key
        client = HTTPClient()
    }

    /// Names of the models served.
    package func models() async throws -> [String] {
        let answer = try await value(try await send("/v1/models", nil))
        return answer["data"]?.arrayValue?.compactMap { $0["id"]?.stringValue } ?? []
    }

    /// Requests that wait at the server; nil where it does not tell.
    package func waiting() async -> Int? {
        guard let text = try? await send("/metrics", nil).text() else { return nil }
        let lines = text.split(separator: "\n").filter { $0.hasPrefix("apus:num_requests_waiting") }
        let numbers = lines.compactMap { line in line.split(separator: " ").last.flatMap { Double($0) } }
        return numbers.isEmpty ? nil : Int(numbers.reduce(0, +))
    }

    /// Ends a running completion's chain of thought, where the server can.
    package func endReasoning(_ identifier: String) async {
        let body: JSONObject = ["id": .string(identifier), "action": "reasoning_end"]
        _ = try? await send("/v1/chat/completions/control", body).bytes()
    }

    /// Streams an answer. Throws `ChatFailure`, or `CancellationError` when the task is cancelled, which ends the
    /// connection, by which the server knows.
    package func answer(_ body: JSONObject, event: (AnswerEvent) -> Void) async throws {
        let response = try await send("/v1/chat/completions", body)
        do {
            for try await message in response.events {
                if message.data == "[DONE]" { return }
                guard let chunk = try? JSONValue(parsing: message.data) else { continue }
                if chunk["error"] != nil {
                    let status = chunk["error"]?["status"]?.intValue ?? chunk["error"]?["code"]?.intValue ?? 500
                    throw ChatFailure(status: status, headers: HTTPHeaders(), body: chunk, url: url)
                }
                Self.tell(chunk, event)
            }
        } catch let failure as ChatFailure {
            throw failure
        } catch {
            if Task.isCancelled { throw CancellationError() }
            throw ChatFailure(.cut, "\(error)", url: url)
        }
        throw ChatFailure(.cut, "The stream ended before its end.", url: url)
    }

    private static func tell(_ chunk: JSONValue, _ event: (AnswerEvent) -> Void) {
        if let identifier = chunk["id"]?.stringValue { event(.identifier(identifier)) }
        if let progress = chunk["prompt_progress"], let processed = progress["processed"]?.intValue,
            let total = progress["total"]?.intValue
        {
            event(.progress(processed, of: total))
        }
        if let usage = chunk["usage"], !usage.isNull {
            event(
                .usage(
                    prompt: usage["prompt_tokens"]?.intValue,
                    cached: usage["prompt_tokens_details"]?["cached_tokens"]?.intValue,
                    completion: usage["completion_tokens"]?.intValue,
                    reasoning: usage["completion_tokens_details"]?["reasoning_tokens"]?.intValue))
        }
        let choice = chunk["choices"]?[0]
        let delta = choice?["delta"]
        if let text = (delta?["reasoning_content"] ?? delta?["reasoning"])?.stringValue, !text.isEmpty {
            event(.reasoning(text))
        }
        if let text = delta?["content"]?.stringValue, !text.isEmpty { event(.content(text)) }
        if let reason = choice?["finish_reason"]?.stringValue { event(.finish(reason)) }
        if let rate = chunk["timings"]?["predicted_per_second"]?.doubleValue { event(.rate(rate)) }
    }

    /// Sends a POST with a body, a GET without, and returns a response that is no error.
    private func send(_ path: String, _ body: JSONObject?) async throws -> HTTPClientResponse {
        var request = HTTPClientRequest(url: url + path)
        if let body { request = .json(url + path, Array(JSONValue.object(body).serialized().utf8)) }
        if let key { request.headers["Authorization"] = "Bearer \(key)" }
        let response: HTTPClientResponse
        do {
            response = try await client.send(request)
        } catch {
            if Task.isCancelled { throw CancellationError() }
            throw ChatFailure(.away, "\(error)", url: url)
        }
        guard (200..<300).contains(response.status) else {
            let body = try? JSONValue(parsing: try await response.bytes())
            throw ChatFailure(status: response.status, headers: response.headers, body: body, url: url)
        }
        return response
    }

    private func value(_ response: HTTPClientResponse) async throws -> JSONValue {
        guard let bytes = try? await response.bytes(), let value = try? JSONValue(parsing: bytes) else {
            throw ChatFailure(.server, "It answered with something that is no JSON.", url: url)
        }
        return value
    }
}
