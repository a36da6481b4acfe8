internal import JSON

/// OpenAI's fields for its own platform, and DeepSeek's, which change nothing in what a text model on one's own machine
/// writes.
///
/// They are checked like all others, so that a client's mistake is found here as it would be there.
struct ClientFields: Sendable {
    /// Whether the request names a tier: its response then says which one served it.
    var namesServiceTier = false

    /// What holds for requests that say nothing.
    init() {}

    init(_ fields: FieldReader) throws(APIError) {
        let tiers = ["auto", "default", "flex", "scale", "priority", "fast"]
        namesServiceTier = try fields.word("service_tier", tiers) != nil
        _ = try fields.string("user")
        _ = try fields.string("user_id", atMost: 512)
        _ = try fields.string("safety_identifier", atMost: 64)
        _ = try fields.string("prompt_cache_key")
        _ = try fields.word("prompt_cache_retention", ["in_memory", "in-memory", "24h"])
        _ = try fields.object("prompt_cache_options")
        _ = try fields.bool("store")
        _ = try fields.object("moderation")
        _ = try fields.word("verbosity", ["low", "medium", "high"])
        _ = try fields.metadata()
        try Self.checkPrediction(fields)
        try Self.checkSearch(fields)
        try Self.checkModalities(fields)
    }

    /// A prediction may make an answer faster; it never changes it.
    private static func checkPrediction(_ fields: FieldReader) throws(APIError) {
        guard let prediction = try fields.reader("prediction") else { return }
        guard try prediction.word("type", ["content"]) != nil else {
            throw prediction.missing("type", "'content'")
        }
        switch prediction["content"] {
        case .string?: return
        case .array?:
            for part in try prediction.readers("content") ?? [] {
                guard try part.word("type", ["text"]) != nil else { throw part.missing("type", "'text'") }
                _ = try part.requiredString("text")
            }
        case nil: throw prediction.missing("content", "a string or a list of text parts")
        case let value?: throw prediction.mismatch("content", "a string or a list of text parts", value)
        }
    }

    /// There is no search here: the answer is the model's own, as it is where a search finds nothing.
    private static func checkSearch(_ fields: FieldReader) throws(APIError) {
        guard let search = try fields.reader("web_search_options") else { return }
        _ = try search.word("search_context_size", ["low", "medium", "high"])
        _ = try search.object("user_location")
    }

    private static func checkModalities(_ fields: FieldReader) throws(APIError) {
        for (index, modality) in (try fields.array("modalities") ?? []).enumerated() where modality != "text" {
            throw fields.invalid("modalities[\(index)]", "must be 'text': this model writes text alone.")
        }
        if try fields.object("audio") != nil {
            throw fields.invalid("audio", "is not supported: this model writes text alone. Leave it out.")
        }
    }
}

extension FieldReader {
    /// OpenAI's limits: 16 pairs, keys of 64 and values of 512 characters.
    func metadata() throws(APIError) -> JSONObject? {
        guard let pairs = try object("metadata") else { return nil }
        guard pairs.count <= 16 else {
            throw invalid("metadata", "must have at most 16 pairs, not \(pairs.count).")
        }
        for (key, value) in pairs {
            guard key.unicodeScalars.count <= 64 else {
                throw invalid("metadata", "must have keys of at most 64 characters, not '\(key)'.")
            }
            guard let text = value.stringValue else { throw mismatch("metadata.\(key)", "a string", value) }
            guard text.unicodeScalars.count <= 512 else {
                throw invalid("metadata.\(key)", "must have at most 512 characters.")
            }
        }
        return pairs
    }

    /// - Parameter limit: characters.
    func string(_ field: String, atMost limit: Int) throws(APIError) -> String? {
        guard let value = try string(field) else { return nil }
        guard value.unicodeScalars.count <= limit else {
            throw invalid(field, "must have at most \(limit) characters, not \(value.unicodeScalars.count).")
        }
        return value
    }
}
