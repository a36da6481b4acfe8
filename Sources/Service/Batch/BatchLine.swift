internal import JSON
internal import OpenAI

/// One line of a batch file: a request to be answered, or what is wrong with the line.
struct BatchLine: Sendable {
    /// A line that no answer can be given to.
    struct Fault: Error, Sendable, Equatable {
        var code: String
        var message: String
    }

    let customID: String
    let method: String
    let url: String
    /// JSON of the request.
    let body: [UInt8]

    init(_ text: [UInt8]) throws(Fault) {
        let value: JSONValue
        do {
            value = try JSONValue(parsing: text)
        } catch {
            throw Fault(code: "invalid_json_line", message: "The line is not valid JSON: \(error).")
        }
        guard let object = value.objectValue else {
            throw Fault(code: "invalid_json_line", message: "The line must be an object, not \(value.kind).")
        }
        guard let customID = object["custom_id"]?.stringValue, !customID.isEmpty else {
            throw Fault(code: "invalid_custom_id", message: "'custom_id' must be a string that is not empty.")
        }
        self.customID = customID
        method = object["method"]?.stringValue ?? ""
        url = object["url"]?.stringValue ?? ""
        body = Array((object["body"] ?? .null).serialized().utf8)
    }

    /// The call that the line asks for. Throws 400 for other routes than the two of completions, and for streams.
    func call(_ context: ModelContext) throws(APIError) -> CompletionCall {
        guard method == "POST" else {
            throw .invalidRequest("'method' must be 'POST', not '\(method)'.", param: "method")
        }
        let call: CompletionCall
        switch url {
        case "/v1/chat/completions": call = try CompletionCall.chat(body: body, context: context)
        case "/v1/completions": call = try CompletionCall.text(body: body, context: context)
        default:
            throw .invalidRequest(
                "'url' must be '/v1/chat/completions' or '/v1/completions', not '\(url)'.", param: "url")
        }
        guard !call.isStreaming else {
            throw .invalidRequest("'stream' must be false: a batch has no streams.", param: "stream")
        }
        return call
    }
}
