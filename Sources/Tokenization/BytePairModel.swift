import JSON

/// Byte-pair encoding of one piece of text: its characters or bytes, merged in the order of the merge ranks.
///
/// Gives what Hugging Face's `tokenizers` gives (models/bpe/model.rs), unknown characters included.
struct BytePairModel: Sendable {
    let vocabulary: Vocabulary
    let merges: MergeTable
    /// Pieces are bytes that stand for their characters in `ByteAlphabet`.
    let usesByteAlphabet: Bool
    let unknownID: Int32?
    let fusesUnknown: Bool
    let fallsBackToBytes: Bool
    let continuingPrefix: [UInt8]
    let endOfWordSuffix: [UInt8]

    /// The symbol of each byte; nil where pieces have to be looked up character by character.
    private let byteSymbols: [Int32]?
    /// Whole pieces with a known encoding of one token: those that merge to it, or all tokens if merges are ignored.
    private var wholePieces = ByteStringTable(capacity: 0)
    private var longestWholePiece = 0

    init(_ node: ConfigurationNode, usesByteAlphabet: Bool) throws(TokenizerError) {
        if let type = node.optional("type"), try type.string() != "BPE" {
            throw node.unsupported(try type.string(), supported: "BPE")
        }
        if let dropout = node.optional("dropout"), dropout.value.doubleValue != 0 {
            throw dropout.error("dropout makes encoding random; set it to null")
        }
        let vocabulary = try Vocabulary(node.required("vocab"))
        let prefix = try node.optional("continuing_subword_prefix")?.string() ?? ""
        self.vocabulary = vocabulary
        self.usesByteAlphabet = usesByteAlphabet
        continuingPrefix = Array(prefix.utf8)
        endOfWordSuffix = Array((try node.optional("end_of_word_suffix")?.string() ?? "").utf8)
        merges = try MergeTable(
            node.required("merges"), vocabulary: vocabulary, prefixLength: continuingPrefix.count)
        fusesUnknown = try node.boolean("fuse_unk", default: false)
        fallsBackToBytes = try node.boolean("byte_fallback", default: false)
        if let unknown = node.optional("unk_token") {
            let text = try unknown.string()
            guard let id = vocabulary.id(of: Array(text.utf8)) else {
                throw unknown.error("\(text.debugDescription) is not in the vocabulary")
            }
            unknownID = id
        } else {
            unknownID = nil
        }
        let isPlain = usesByteAlphabet && continuingPrefix.isEmpty && endOfWordSuffix.isEmpty
        byteSymbols = isPlain ? Self.byteSymbols(vocabulary) : nil
        collectWholePieces(ignoringMerges: try node.boolean("ignore_merges", default: false))
    }

    /// A byte-level model without affixes and without an unknown token.
    init(_ vocabulary: Vocabulary, _ merges: MergeTable, ignoringMerges: Bool) {
        self.vocabulary = vocabulary
        self.merges = merges
        usesByteAlphabet = true
        unknownID = nil
        fusesUnknown = false
        fallsBackToBytes = false
        continuingPrefix = []
        endOfWordSuffix = []
        byteSymbols = Self.byteSymbols(vocabulary)
        collectWholePieces(ignoringMerges: ignoringMerges)
    }

    private static func byteSymbols(_ vocabulary: Vocabulary) -> [Int32]? {
        let symbols = ByteAlphabet.encoded.map { vocabulary.id(of: $0) }
        return symbols.allSatisfy { $0 != nil } ? symbols.compactMap(\.self) : nil
    }

    private mutating func collectWholePieces(ignoringMerges: Bool) {
        guard ignoringMerges || byteSymbols != nil else { return }
        var pieces = ByteStringTable(capacity: vocabulary.count)
        var workspace = MergeWorkspace()
        var ids: [Int32] = []
        for id in 0..<Int32(vocabulary.size) {
            guard let text = vocabulary.text(of: id), !text.isEmpty,
                let piece = usesByteAlphabet ? ByteAlphabet.bytes(of: text) : Array(text)
            else { continue }
            if !ignoringMerges {
                ids.removeAll(keepingCapacity: true)
                merge(piece, 0..<piece.count, into: &ids, &workspace)
                guard ids.count == 1, ids[0] == id else { continue }
            }
            pieces.insert(piece, value: id)
            longestWholePiece = max(longestWholePiece, piece.count)
        }
        wholePieces = pieces
    }

    /// Appends the ids of the piece `bytes[range]`, which is valid UTF-8 and not empty.
    func encode(_ bytes: [UInt8], _ range: Range<Int>, into ids: inout [Int32], _ workspace: inout MergeWorkspace) {
        if range.count <= longestWholePiece, let id = wholePieces.value(of: bytes, in: range) {
            ids.append(id)
        } else {
            merge(bytes, range, into: &ids, &workspace)
        }
    }

    private func merge(
        _ bytes: [UInt8], _ range: Range<Int>, into ids: inout [Int32], _ workspace: inout MergeWorkspace
    ) {
        workspace.symbols.removeAll(keepingCapacity: true)
        if let byteSymbols {
            for index in range { workspace.symbols.append(byteSymbols[Int(bytes[index])]) }
        } else if usesByteAlphabet {
            let text = ByteAlphabet.text(of: bytes[range])
            appendSymbols(of: text, 0..<text.count, to: &workspace.symbols)
        } else {
            appendSymbols(of: bytes, range, to: &workspace.symbols)
        }
        workspace.merge(with: merges)
        ids.append(contentsOf: workspace.symbols)
    }

    /// The symbols of a piece, character by character, with affixes, fallback and unknown token.
    private func appendSymbols(of bytes: [UInt8], _ range: Range<Int>, to symbols: inout [Int32]) {
        let hasAffixes = !continuingPrefix.isEmpty || !endOfWordSuffix.isEmpty
        var pendingUnknown: Int32?
        var position = range.lowerBound
        while position < range.upperBound {
            let start = position
            position = UTF8Text.end(in: bytes, ofScalarAt: start)
            var character = bytes
            var place = start..<position
            if hasAffixes {
                character = start == range.lowerBound ? [] : continuingPrefix
                character += bytes[place]
                if position == range.upperBound { character += endOfWordSuffix }
                place = 0..<character.count
            }
            if let id = vocabulary.id(of: character, in: place) {
                if let unknown = pendingUnknown.take() { symbols.append(unknown) }
                symbols.append(id)
            } else if fallsBackToBytes, let fallback = byteTokens(of: character[place]) {
                symbols.append(contentsOf: fallback)
            } else if let unknownID {
                if let unknown = pendingUnknown, !fusesUnknown { symbols.append(unknown) }
                pendingUnknown = unknownID
            }
        }
        if let pendingUnknown { symbols.append(pendingUnknown) }
    }

    /// The tokens `<0x00>` … `<0xFF>` of these bytes, or nil if one is missing.
    private func byteTokens(of bytes: ArraySlice<UInt8>) -> [Int32]? {
        var tokens: [Int32] = []
        for byte in bytes {
            guard let id = vocabulary.id(of: ByteFallback.token(of: byte)) else { return nil }
            tokens.append(id)
        }
        return tokens
    }
}
