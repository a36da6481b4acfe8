/// The fields about how a response shows the chain of thought.
struct ReasoningFields: Sendable, Equatable {
    /// nil: as the server is set.
    var presentation: ReasoningFormat.Presentation?
    /// Whether separate reasoning is streamed as it comes, and not in one piece when it ends.
    var streamsReasoning = true

    /// What holds for requests that say nothing.
    init() {}

    init(_ fields: FieldReader) throws(APIError) {
        let format = try Self.format(fields)
        let separates = try fields.bool("separate_reasoning")
        let includes = try fields.bool("include_reasoning") ?? true
        let excludes = try fields.reader("reasoning")?.bool("exclude") ?? false
        if !includes || excludes {
            presentation = .hidden
        } else {
            presentation = format ?? separates.map { $0 ? .separate : .inline }
        }
        streamsReasoning = try fields.bool("stream_reasoning") ?? true
    }

    /// llama.cpp's `reasoning_format`; nil: as the server is set.
    private static func format(_ fields: FieldReader) throws(APIError) -> ReasoningFormat.Presentation? {
        switch try fields.string("reasoning_format") {
        case nil, "auto"?: return nil
        case "deepseek"?: return .separate
        case "deepseek-legacy"?: return .both
        case "none"?: return .inline
        case let other?:
            throw fields.invalid(
                "reasoning_format", "must be 'auto', 'none', 'deepseek' or 'deepseek-legacy', not '\(other)'.")
        }
    }

    func apply(to options: inout OutputOptions) {
        if let presentation { options.reasoning?.presentation = presentation }
        options.holdsReasoning = !streamsReasoning
    }
}
