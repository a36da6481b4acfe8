/// The tokens that consist of whole characters of one set, prepared for states that take any run of such characters.
///
/// Inside a JSON string nine tokens of ten are of this kind; only the others need to be walked.
struct CharacterSlice: Sendable {
    /// Tokens of more characters than this are among the rest.
    static let longest = 32

    /// By n: the tokens of up to n characters.
    let masks: [TokenMask]
    /// The other tokens.
    let rest: VocabularyTrie
    /// Bytes that characters of the set begin with.
    let firstBytes: [UInt8]

    init(_ set: ScalarSet, sorted: [Int32], size: Int, bytes: (Int32) -> ArraySlice<UInt8>) {
        var byCount = [[Int32]](repeating: [], count: Self.longest + 1)
        var others: [Int32] = []
        let ascii = (0..<UInt8(128)).map { set.contains(Unicode.Scalar($0)) }
        for token in sorted {
            if let count = Self.characters(in: bytes(token), set, ascii), count <= Self.longest {
                byCount[count].append(token)
            } else {
                others.append(token)
            }
        }
        var masks: [TokenMask] = []
        var mask = TokenMask(size: size)
        for tokens in byCount {
            for token in tokens { mask.insert(token) }
            masks.append(mask)
        }
        self.masks = masks
        rest = VocabularyTrie(others, bytes: bytes)
        var first = ByteSet()
        for sequence in set.encodings { first.formUnion(sequence[0]) }
        firstBytes = (UInt8.min...UInt8.max).filter(first.contains)
    }

    /// The number of characters, if all are whole and of the set.
    private static func characters(in bytes: ArraySlice<UInt8>, _ set: ScalarSet, _ ascii: [Bool]) -> Int? {
        if bytes.allSatisfy({ $0 < 128 }) {
            return bytes.allSatisfy { ascii[Int($0)] } ? bytes.count : nil
        }
        guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
        var count = 0
        for scalar in text.unicodeScalars {
            guard set.contains(scalar) else { return nil }
            count += 1
        }
        return count
    }
}
