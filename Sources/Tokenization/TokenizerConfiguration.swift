import JSON

/// What tokenizer_config.json says: special tokens, whether they surround texts, chat templates.
struct TokenizerConfiguration {
    let beginText: String?
    let endText: String?
    let padText: String?
    /// nil: not said, so that the post-processor of tokenizer.json decides.
    let addsBegin: Bool?
    let addsEnd: Bool?
    /// By name; a single template is called "default".
    let chatTemplates: [String: String]
    let addedTokens: [AddedToken]

    static let file = "tokenizer_config.json"

    init(_ value: JSONValue?) throws(TokenizerError) {
        let node = ConfigurationNode(value ?? .object(JSONObject()), file: Self.file)
        _ = try node.object()
        beginText = try Self.tokenText(node, "bos_token")
        endText = try Self.tokenText(node, "eos_token")
        padText = try Self.tokenText(node, "pad_token")
        addsBegin = try node.optional("add_bos_token")?.boolean()
        addsEnd = try node.optional("add_eos_token")?.boolean()
        chatTemplates = try Self.chatTemplates(node)
        addedTokens = try Self.addedTokens(node)
    }

    /// A token that is given as a string or as an object with `content`.
    private static func tokenText(_ node: ConfigurationNode, _ key: String) throws(TokenizerError) -> String? {
        guard let member = node.optional(key) else { return nil }
        if let text = member.value.stringValue { return text }
        return try member.required("content").string()
    }

    /// One template, or a list of `{"name": …, "template": …}`.
    private static func chatTemplates(_ node: ConfigurationNode) throws(TokenizerError) -> [String: String] {
        guard let member = node.optional("chat_template") else { return [:] }
        if let template = member.value.stringValue { return ["default": template] }
        var templates: [String: String] = [:]
        for element in try member.elements() {
            templates[try element.required("name").string()] = try element.required("template").string()
        }
        return templates
    }

    private static func addedTokens(_ node: ConfigurationNode) throws(TokenizerError) -> [AddedToken] {
        guard let member = node.optional("added_tokens_decoder") else { return [] }
        var tokens: [AddedToken] = []
        for key in try member.object().keys {
            let token = try member.required(key)
            guard let id = Int(key) else { throw token.error("its key is not an id") }
            tokens.append(try AddedToken(token, id: id))
        }
        return tokens
    }
}
