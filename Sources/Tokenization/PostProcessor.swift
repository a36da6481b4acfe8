/// What is put around the ids of a text that is encoded with special tokens.
struct PostProcessor: Sendable {
    enum Piece: Sendable {
        case text
        case ids([Int32])
    }

    static let supported = "ByteLevel, TemplateProcessing, Sequence"

    private let pieces: [Piece]

    init(pieces: [Piece]) {
        self.pieces = pieces
    }

    /// A `post_processor` component. `ByteLevel` moves offsets only.
    init(_ node: ConfigurationNode?) throws(TokenizerError) {
        let templates = try Self.templates(node)
        if let node, templates.count > 1 { throw node.error("more than one TemplateProcessing is not supported") }
        pieces = templates.first ?? [.text]
    }

    private static func templates(_ node: ConfigurationNode?) throws(TokenizerError) -> [[Piece]] {
        guard let node else { return [] }
        switch try node.type() {
        case "ByteLevel": return []
        case "Sequence":
            var all: [[Piece]] = []
            for child in try node.required("processors").elements() { all += try templates(child) }
            return all
        case "TemplateProcessing": return [try template(node)]
        case let type: throw node.unsupported(type, supported: supported)
        }
    }

    private static func template(_ node: ConfigurationNode) throws(TokenizerError) -> [Piece] {
        var pieces: [Piece] = []
        for element in try node.required("single").elements() {
            if let sequence = element.optional("Sequence") {
                guard try sequence.required("id").string() == "A" else {
                    throw sequence.error("a template for one text can only use sequence A")
                }
                pieces.append(.text)
            } else if let special = element.optional("SpecialToken") {
                let name = try special.required("id").string()
                var ids: [Int32] = []
                for id in try node.required("special_tokens").required(name).required("ids").elements() {
                    guard let number = Vocabulary.validID(try id.integer()) else {
                        throw id.error("is outside 0...\(Vocabulary.largestID)")
                    }
                    ids.append(number)
                }
                pieces.append(.ids(ids))
            } else {
                throw element.error("is neither a Sequence nor a SpecialToken")
            }
        }
        return pieces
    }

    func apply(to ids: [Int32]) -> [Int32] {
        pieces.flatMap { piece in
            switch piece {
            case .text: ids
            case .ids(let special): special
            }
        }
    }
}
