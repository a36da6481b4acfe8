/// `textwrap.wrap` without expanding tabs or replacing white space.
struct WordWrap {
    let width: Int
    let breaksLongWords: Bool
    let breaksOnHyphens: Bool

    func lines(of text: String) -> [String] {
        var chunks: [[Unicode.Scalar]] = chunks(of: text).reversed()
        var lines: [String] = []
        while !chunks.isEmpty {
            if !lines.isEmpty, let last = chunks.last, last.allSatisfy(Self.isSpace) { chunks.removeLast() }
            var line: [[Unicode.Scalar]] = []
            var length = 0
            while let chunk = chunks.last, length + chunk.count <= width {
                line.append(chunk)
                length += chunk.count
                chunks.removeLast()
            }
            if let chunk = chunks.last, chunk.count > width {
                if breaksLongWords {
                    let cut = breakPoint(of: chunk, room: Swift.max(width - length, width < 1 ? 1 : 0))
                    line.append(Array(chunk[..<cut]))
                    chunks[chunks.count - 1] = Array(chunk[cut...])
                } else if line.isEmpty {
                    line.append(chunk)
                    chunks.removeLast()
                }
            }
            if let last = line.last, last.allSatisfy(Self.isSpace) { line.removeLast() }
            if !line.isEmpty { lines.append(String(line.joined())) }
        }
        return lines
    }

    /// Where a word longer than a line is cut: behind a hyphen if one fits.
    private func breakPoint(of chunk: [Unicode.Scalar], room: Int) -> Int {
        guard breaksOnHyphens, chunk.count > room, let hyphen = chunk[..<room].lastIndex(of: "-"), hyphen > 0,
            chunk[..<hyphen].contains(where: { $0 != "-" })
        else { return room }
        return hyphen + 1
    }

    /// Words, runs of white space, and the parts of words after hyphens between letters.
    private func chunks(of text: String) -> [[Unicode.Scalar]] {
        var chunks: [[Unicode.Scalar]] = []
        for scalar in text.unicodeScalars {
            if let last = chunks.last?.last, Self.isSpace(last) == Self.isSpace(scalar) {
                chunks[chunks.count - 1].append(scalar)
            } else {
                chunks.append([scalar])
            }
        }
        return breaksOnHyphens ? chunks.flatMap(Self.splitAtHyphens) : chunks
    }

    private static func splitAtHyphens(_ word: [Unicode.Scalar]) -> [[Unicode.Scalar]] {
        var parts: [[Unicode.Scalar]] = [[]]
        for (index, scalar) in word.enumerated() {
            parts[parts.count - 1].append(scalar)
            if scalar == "-", index >= 2, isLetter(word[index - 1]), isLetter(word[index - 2]),
                index + 2 < word.count, isLetter(word[index + 1]), isLetter(word[index + 2]) || word[index + 2] == "-"
            {
                parts.append([])
            }
        }
        return parts
    }

    private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value >= 9 && scalar.value <= 13 || scalar == " "
    }

    private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "_" || scalar.isAlphabetic
    }
}
