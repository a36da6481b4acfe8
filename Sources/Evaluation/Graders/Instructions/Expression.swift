internal import CPCRE2

/// A regular expression over UTF-8, with `^` and `$` at every line.
final class Expression: Sendable {
    struct Failure: Error, Equatable, CustomStringConvertible {
        var pattern: String
        /// In bytes from the pattern's start.
        var offset: Int
        var description: String { "\"\(pattern)\" is no regular expression: see its byte \(offset)" }
    }

    // Compiled once and never changed after that.
    nonisolated(unsafe) private let code: OpaquePointer

    init(_ pattern: String) throws(Failure) {
        var code: Int32 = 0, offset = 0
        let bytes = Array(pattern.utf8)
        guard let compiled = cpcre2_compile(bytes, bytes.count, &code, &offset) else {
            throw Failure(pattern: pattern, offset: offset)
        }
        self.code = compiled
    }

    /// A pattern of this module's own.
    convenience init(known pattern: String) {
        do { try self.init(pattern) } catch { preconditionFailure(error.description) }
    }

    deinit { pcre2_code_free_8(code) }

    func matches(_ text: String) -> Bool {
        var found = false
        search(text) { _ in
            found = true
            return false
        }
        return found
    }

    /// All matches, as byte ranges, from left to right and apart.
    func ranges(in text: String) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        search(text) {
            ranges.append($0)
            return true
        }
        return ranges
    }

    func matched(in text: String) -> [String] {
        let bytes = Array(text.utf8)
        return ranges(in: text).map { String(decoding: bytes[$0], as: UTF8.self) }
    }

    /// What lies between the matches.
    func split(_ text: String) -> [String] {
        let bytes = Array(text.utf8)
        var pieces: [String] = [], start = 0
        for range in ranges(in: text) {
            pieces.append(String(decoding: bytes[start..<range.lowerBound], as: UTF8.self))
            start = range.upperBound
        }
        return pieces + [String(decoding: bytes[start...], as: UTF8.self)]
    }

    /// The text with every match replaced; `$1` stands for a group.
    func replacing(in text: String, with replacement: String) -> String {
        let bytes = Array(text.utf8), replacement = Array(replacement.utf8)
        var capacity = 2 * bytes.count + 64
        while true {
            var length = capacity, status: Int32 = 0
            let result = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
                let options = UInt32(PCRE2_SUBSTITUTE_GLOBAL) | UInt32(PCRE2_SUBSTITUTE_OVERFLOW_LENGTH)
                status = pcre2_substitute_8(
                    code, bytes, bytes.count, 0, options, nil, nil, replacement, replacement.count, buffer.baseAddress,
                    &length)
                count = status >= 0 ? length : 0
            }
            guard status == PCRE2_ERROR_NOMEMORY, length > capacity else {
                return status < 0 ? text : String(decoding: result, as: UTF8.self)
            }
            capacity = length
        }
    }

    /// Calls `body` with each match until it returns false. A search that runs into the library's limits ends there.
    private func search(_ text: String, _ body: (Range<Int>) -> Bool) {
        let bytes = Array(text.utf8)
        guard let data = pcre2_match_data_create_8(1, nil) else { return }
        defer { pcre2_match_data_free_8(data) }
        var position = 0
        while position <= bytes.count {
            let options = UInt32(PCRE2_NO_UTF_CHECK)
            var status = pcre2_match_8(code, bytes, bytes.count, position, options, data, nil)
            if status == PCRE2_ERROR_JIT_STACKLIMIT {
                status = pcre2_match_8(code, bytes, bytes.count, position, options | PCRE2_NO_JIT, data, nil)
            }
            guard status >= 0 else { return }
            let offsets = pcre2_get_ovector_pointer_8(data)
            guard let offsets, body(offsets[0]..<offsets[1]) else { return }
            position = offsets[1]
            if offsets[0] == offsets[1] {
                repeat { position += 1 } while position < bytes.count && bytes[position] & 0xC0 == 0x80
            }
        }
    }
}
