internal import JSON
internal import OpenAI

/// One line of a batch's results, in OpenAI's format.
struct BatchResult: Sendable {
    enum Outcome: Sendable {
        /// - Parameter body: JSON of the response or of the error.
        case answered(status: Int, requestID: String, body: [UInt8])
        /// The line with this number, from 1, asks for nothing that can be answered.
        case refused(BatchLine.Fault, line: Int)
    }

    /// nil where the line has none.
    let customID: String?
    let outcome: Outcome

    var isSuccess: Bool {
        if case .answered(200, _, _) = outcome { true } else { false }
    }

    /// With a line feed.
    var text: String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("id")
        writer.value("batch_req_" + String(UInt64.random(in: .min ... .max), radix: 16))
        writer.key("custom_id")
        if let customID { writer.value(customID) } else { writer.null() }
        writer.key("response")
        switch outcome {
        case .answered(let status, let requestID, let body):
            writer.beginObject()
            writer.key("status_code")
            writer.value(status)
            writer.key("request_id")
            writer.value(requestID)
            writer.key("body")
            writer.raw(body)
            writer.endObject()
            writer.key("error")
            writer.null()
        case .refused(let fault, let line):
            writer.null()
            writer.key("error")
            writer.beginObject()
            writer.key("code")
            writer.value(fault.code)
            writer.key("message")
            writer.value(fault.message)
            writer.key("line")
            writer.value(line)
            writer.endObject()
        }
        writer.endObject()
        return writer.text + "\n"
    }
}
