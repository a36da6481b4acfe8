/// `stream` and its options.
struct StreamFields: Sendable, Equatable {
    var streams = false
    /// Whether a last chunk tells what the request cost.
    var includesUsage = false
    /// Whether each chunk does.
    var continuesUsage = false

    /// What holds for requests that say nothing.
    init() {}

    init(_ fields: FieldReader) throws(APIError) {
        streams = try fields.bool("stream") ?? false
        guard let options = try fields.reader("stream_options") else { return }
        guard streams else { throw fields.invalid("stream_options", "needs 'stream' to be true.") }
        includesUsage = try options.bool("include_usage") ?? false
        let continues = try options.bool("continuous_usage_stats") ?? false
        continuesUsage = includesUsage && continues
        // OpenAI pads chunks against those who measure them on the way; here TLS in front of the server may do that.
        _ = try options.bool("include_obfuscation")
    }
}
