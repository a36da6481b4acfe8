internal import JSON

/// Anthropic's /v1/messages/count_tokens.
package enum MessageTokens {
    package static func count(body: [UInt8], context: ModelContext) throws(APIError) -> [UInt8] {
        let request = try MessagesRequest(try FieldReader(body: body), counts: true)
        let count = try request.chat.decode { fields throws(APIError) in try context.promptTokens(fields).count }
        var writer = JSONWriter()
        writer.beginObject()
        writer.field("input_tokens", count)
        writer.endObject()
        return writer.bytes
    }
}
