internal import CTextModels
internal import CZlib

/// Reads the models of CTextModels, in the layout that its README tells.
struct TextModel {
    private var content: [UInt8]
    private var position = 0

    static var languages: TextModel { TextModel(text_model_languages()) }
    static var sentences: TextModel { TextModel(text_model_sentences()) }

    private init(_ model: text_model) {
        let size = (0..<4).reduce(0) { $0 | Int(model.bytes[$1]) << (8 * $1) }
        content = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            var length = uLongf(size)
            let status = uncompress(buffer.baseAddress, &length, model.bytes + 4, uLong(model.size - 4))
            precondition(status == Z_OK && length == size, "a text model in the binary is damaged")
            count = size
        }
    }

    mutating func line() -> String {
        let end = content[position...].firstIndex(of: UInt8(ascii: "\n")) ?? content.endIndex
        defer { position = end + 1 }
        return String(decoding: content[position..<end], as: UTF8.self)
    }

    mutating func bytes(_ count: Int) -> ArraySlice<UInt8> {
        defer { position += count }
        return content[position..<position + count]
    }

    mutating func words() -> [[Unicode.Scalar]] {
        let count = integer(), size = integer()
        let shared = bytes(count), further = bytes(count)
        var text = String(decoding: bytes(size), as: UTF8.self).unicodeScalars.makeIterator()
        var word: [Unicode.Scalar] = []
        return zip(shared, further).map { shared, further in
            word.removeLast(word.count - Int(shared))
            for _ in 0..<further { text.next().map { word.append($0) } }
            return word
        }
    }

    private mutating func integer() -> Int {
        bytes(4).reversed().reduce(0) { $0 << 8 | Int($1) }
    }
}
