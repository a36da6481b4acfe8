import CPCRE2

/// A regular expression with Oniguruma's meaning, run by PCRE2.
///
/// Searching takes memory of a `PatternWorkspace`; the pattern itself is shared by all threads.
final class Pattern: @unchecked Sendable {  // compiled code never changes; PCRE2 documents it as safe to share
    private let code: OpaquePointer
    private let hasJIT: Bool

    /// Compiles an expression in Oniguruma's syntax.
    convenience init(oniguruma source: String) throws(PatternError) {
        var translator = OnigurumaTranslator(source)
        try self.init(pcre: try translator.translate(), source: source)
    }

    /// A pattern that matches this text alone.
    convenience init(literal text: String) throws(PatternError) {
        try self.init(pcre: text.unicodeScalars.map(CharacterSetExpression.escape).joined(), source: text)
    }

    private init(pcre: String, source: String) throws(PatternError) {
        let bytes = Array(pcre.utf8)
        var error: CInt = 0
        var offset = 0
        guard let code = cpcre2_compile(bytes, bytes.count, &error, &offset) else {
            throw PatternError(source: source, message: Self.message(for: error))
        }
        self.code = code
        hasJIT = cpcre2_has_jit(code)
    }

    deinit {
        pcre2_code_free_8(code)
    }

    private static func message(for error: CInt) -> String {
        var buffer = [UInt8](repeating: 0, count: 256)
        let length = pcre2_get_error_message_8(error, &buffer, buffer.count)
        return length < 0 ? "PCRE2 error \(error)" : String(decoding: buffer.prefix(Int(length)), as: UTF8.self)
    }

    /// Calls `body` with every match in `bytes[range]`, left to right, as positions in `bytes`.
    ///
    /// The range is a subject of its own: no assertion sees beyond it. It must begin and end between scalars of
    /// valid UTF-8.
    func forEachMatch(
        in bytes: [UInt8], _ range: Range<Int>, _ workspace: PatternWorkspace, _ body: (Range<Int>) -> Void
    ) {
        var cursor = cpcre2_cursor_at_start()
        while true {
            let count = cpcre2_find(
                code, hasJIT, workspace.matchData, workspace.context, bytes, range.lowerBound, range.count, &cursor,
                &workspace.pairs, PatternWorkspace.blockLength)
            for index in 0..<count {
                body(Int(workspace.pairs[2 * index])..<Int(workspace.pairs[2 * index + 1]))
            }
            if count < PatternWorkspace.blockLength { return }
        }
    }

    /// The bytes with every match replaced.
    func replacingMatches(in bytes: [UInt8], with content: [UInt8], _ workspace: PatternWorkspace) -> [UInt8] {
        guard !bytes.isEmpty else { return bytes }
        var result: [UInt8] = []
        var end = 0
        forEachMatch(in: bytes, 0..<bytes.count, workspace) { match in
            result.append(contentsOf: bytes[end..<match.lowerBound])
            result.append(contentsOf: content)
            end = match.upperBound
        }
        result.append(contentsOf: bytes[end...])
        return result
    }
}
