internal import JSON

/// Reads the fixed parts of a call's syntax in text that may not be whole yet.
struct SyntaxReader {
    enum Miss: Error {
        /// What is there may be the beginning.
        case incomplete
        case malformed
    }

    private let bytes: ArraySlice<UInt8>
    /// Of the next byte, as an index of the slice.
    private(set) var position: Int

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        position = bytes.startIndex
    }

    /// The next byte.
    func next() throws(Miss) -> UInt8 {
        guard position < bytes.endIndex else { throw .incomplete }
        return bytes[position]
    }

    mutating func skipWhitespace() {
        while position < bytes.endIndex, bytes[position].isWhitespace { position += 1 }
    }

    /// Skips a text if it comes next.
    mutating func skip(_ text: String) throws(Miss) -> Bool {
        var place = position
        for byte in text.utf8 {
            guard place < bytes.endIndex else { throw .incomplete }
            guard bytes[place] == byte else { return false }
            place += 1
        }
        position = place
        return true
    }

    /// Skips the first of these texts that comes next.
    mutating func skip(anyOf texts: [String]) throws(Miss) -> Bool {
        for text in texts where try skip(text) { return true }
        return false
    }

    mutating func require(_ text: String) throws(Miss) {
        guard try skip(text) else { throw .malformed }
    }

    /// The text up to the first byte of these, which stays.
    mutating func text(before ends: Set<UInt8>) throws(Miss) -> String {
        let start = position
        while !ends.contains(try next()) { position += 1 }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    /// A JSON string.
    mutating func string() throws(Miss) -> String {
        let start = position
        try require("\"")
        while true {
            let byte = try next()
            position += byte == UInt8(ascii: "\\") ? 2 : 1
            if byte == UInt8(ascii: "\"") { break }
        }
        guard let text = (try? JSONValue(parsing: Array(bytes[start..<position])))?.stringValue else {
            throw .malformed
        }
        return text
    }
}

extension SyntaxReader {
    /// The beginning of `{"name": NAME, "arguments": {…}}`, up to the arguments' brace.
    ///
    /// The name comes before the arguments, which may also be called `parameters`; `type` and `id` may stand before.
    mutating func callObject() throws(Miss) -> String {
        try require("{")
        var name: String?
        while true {
            skipWhitespace()
            let key = try string()
            skipWhitespace()
            try require(":")
            skipWhitespace()
            switch (key, name) {
            case ("arguments", let name?), ("parameters", let name?):
                guard try next() == UInt8(ascii: "{") else { throw .malformed }
                return name
            case ("name", nil): name = try string()
            case ("type", _), ("id", _): _ = try string()
            default: throw .malformed
            }
            skipWhitespace()
            try require(",")
        }
    }

    /// The rest of a call's object after the arguments: further members, which mean nothing, and the brace.
    mutating func callObjectEnd() throws(Miss) {
        skipWhitespace()
        if try skip(",") {
            var scanner = ArgumentScanner(depth: 1)
            while !scanner.take(try next()) { position += 1 }
            position += 1
        } else {
            try require("}")
        }
    }
}
