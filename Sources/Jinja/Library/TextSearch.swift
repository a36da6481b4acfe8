/// Finds a byte string in others, in linear time.
struct TextSearch {
    let needle: [UInt8]
    /// Knuth, Morris and Pratt: the length of the longest border of each prefix; only for longer needles.
    private let borders: [Int]

    init(_ text: String) {
        self.init(bytes: Array(text.utf8))
    }

    init(bytes: [UInt8]) {
        needle = bytes
        var borders: [Int] = []
        if needle.count > 16 {
            borders = [0]
            var length = 0
            for index in 1..<needle.count {
                while length > 0, needle[index] != needle[length] { length = borders[length - 1] }
                if needle[index] == needle[length] { length += 1 }
                borders.append(length)
            }
        }
        self.borders = borders
    }

    /// The first offset from `start` on where the needle stands.
    func first(in bytes: [UInt8], from start: Int) -> Int? {
        guard bytes.count - start >= needle.count, start <= bytes.count else { return nil }
        guard let head = needle.first else { return start }
        guard borders.isEmpty else { return firstOfLong(in: bytes, from: start) }
        var index = start
        let end = bytes.count - needle.count
        while index <= end {
            if bytes[index] == head, bytes[index..<(index + needle.count)].elementsEqual(needle) { return index }
            index += 1
        }
        return nil
    }

    private func firstOfLong(in bytes: [UInt8], from start: Int) -> Int? {
        var length = 0
        for index in start..<bytes.count {
            while length > 0, bytes[index] != needle[length] { length = borders[length - 1] }
            if bytes[index] == needle[length] { length += 1 }
            if length == needle.count { return index + 1 - length }
        }
        return nil
    }

    /// All offsets, without overlaps, at most `limit`.
    func all(in bytes: [UInt8], limit: Int = .max) -> [Int] {
        var offsets: [Int] = []
        var start = 0
        while offsets.count < limit, let offset = first(in: bytes, from: start) {
            offsets.append(offset)
            start = offset + needle.count
        }
        return offsets
    }
}
