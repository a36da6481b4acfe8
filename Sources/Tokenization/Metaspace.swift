/// SentencePiece's way with spaces: a visible character stands for each, and words begin with it.
struct Metaspace: Sendable {
    enum PrependScheme: String, Sendable {
        case first, never, always
    }

    let replacement: [UInt8]
    let prependScheme: PrependScheme
    /// Cuts before every replacement character; nil where words stay together.
    private let boundary: Pattern?

    init(_ node: ConfigurationNode) throws(TokenizerError) {
        let scalar = try node.scalar("replacement")
        replacement = Array(String(scalar).utf8)
        var scheme = PrependScheme.always
        if let member = node.optional("prepend_scheme") {
            let name = try member.string()
            guard let known = PrependScheme(rawValue: name) else {
                throw member.error("\"\(name)\" is not a scheme; known: first, never, always")
            }
            scheme = known
        }
        if try !node.boolean("add_prefix_space", default: true) {
            guard scheme == .never || node.optional("prepend_scheme") == nil else {
                throw node.error("add_prefix_space does not match prepend_scheme; remove add_prefix_space")
            }
            scheme = .never
        }
        prependScheme = scheme
        let splits = try node.boolean("split", default: true)
        boundary = splits ? try node.builtinPattern(CharacterSetExpression.escape(scalar)) : nil
    }

    func apply(to list: inout PieceList, _ workspace: PatternWorkspace) {
        let source = list
        list.rewrite { piece, result in
            let starts = source.bytes[piece.lowerBound] == 0x20 || source.bytes[piece].starts(with: replacement)
            switch prependScheme {
            case .always where !starts: result.append(contentsOf: replacement)
            case .first where !starts && source.startsAtOrigin(piece): result.append(contentsOf: replacement)
            default: break
            }
            for byte in source.bytes[piece] {
                if byte == 0x20 { result.append(contentsOf: replacement) } else { result.append(byte) }
            }
        }
        if let boundary { list.split(boundary, .mergedWithNext, isInverted: false, workspace) }
    }
}
