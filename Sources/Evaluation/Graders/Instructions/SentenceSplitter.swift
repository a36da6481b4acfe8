/// Splits English text into sentences as NLTK's Punkt does (Kiss and Strunk 2006): a mark ends a sentence unless the word
/// before it is an abbreviation, an initial or a number and the word after it does not begin sentences.
struct SentenceSplitter: Sendable {
    static let shared = SentenceSplitter()

    typealias Text = [Unicode.Scalar]

    private let abbreviations: Set<String>
    private let starters: Set<String>
    /// Pairs of words, a space between, with no end of a sentence between them.
    private let collocations: Set<String>
    /// Words that occur in lower case, with bits as CTextModels tells.
    private let lowerCaseWords: [String: UInt8]

    private init() {
        var model = TextModel.sentences
        abbreviations = Set(model.line().split(separator: "\t").map(String.init))
        starters = Set(model.line().split(separator: "\t").map(String.init))
        collocations = Set(model.line().split(separator: "\t").map(String.init))
        let words = model.words().map { scalars in String(String.UnicodeScalarView(scalars)) }
        lowerCaseWords = Dictionary(uniqueKeysWithValues: zip(words, model.bytes(words.count)))
    }

    func sentences(of text: String) -> [String] {
        let text = Text(text.unicodeScalars)
        return sentences(text).map { String(String.UnicodeScalarView(text[$0])) }
    }

    private func sentences(_ text: Text) -> [Range<Int>] {
        var slices: [Range<Int>] = [], start = 0
        for end in Self.candidates(in: text) where endsSentence(end.context(in: text)) {
            slices.append(start..<end.position + 1)
            start = end.next
        }
        let last = text.lastIndex { !$0.isPythonSpace }.map { $0 + 1 } ?? 0
        slices.append(start..<max(start, last))
        return Self.withClosingMarks(slices, text)
    }

    // MARK: Where a sentence may end

    /// A full stop, question or exclamation mark, with the word before and what follows.
    private struct Candidate {
        var word: Range<Int>
        var position: Int
        /// To the end of the next word, or of the closing mark.
        var end: Int
        /// Where the next sentence begins.
        var next: Int

        func context(in text: Text) -> ArraySlice<Unicode.Scalar> { text[word.lowerBound..<end] }
    }

    private static func candidates(in text: Text) -> [Candidate] {
        var candidates: [Candidate] = [], last = Candidate(word: 0..<0, position: 0, end: 0, next: 0)
        var hasLast = false
        for position in text.indices where [".", "?", "!"].contains(text[position]) {
            let after = position + 1
            guard after < text.count else { break }
            var end = after + 1, next = after
            if !endsWords(text[after]) {
                guard text[after].isPythonSpace, let word = text[after...].firstIndex(where: { !$0.isPythonSpace })
                else { continue }
                next = word
                end = text[word...].firstIndex(where: \.isPythonSpace) ?? text.count
            }
            // A space at the very beginning counts as none.
            let between = last.word.upperBound..<position
            let space = text[between].lastIndex { $0.isASCII && $0.isPythonSpace && !(0x1C...0x1F).contains($0.value) }
            let wordStart = space.flatMap { $0 > between.lowerBound ? $0 + 1 : nil } ?? last.word.lowerBound
            if hasLast, last.word.upperBound <= wordStart { candidates.append(last) }
            last = Candidate(word: wordStart..<position, position: position, end: end, next: next)
            hasLast = true
        }
        return hasLast ? candidates + [last] : []
    }

    /// Closing marks behind the end of a sentence belong to it.
    private static func withClosingMarks(_ slices: [Range<Int>], _ text: Text) -> [Range<Int>] {
        var sentences: [Range<Int>] = [], skipped = 0
        for (index, slice) in slices.enumerated() {
            let start = min(slice.lowerBound + skipped, slice.upperBound)
            skipped = 0
            if index + 1 < slices.count, let marks = closingMarks(at: slices[index + 1], text) {
                sentences.append(start..<marks.end)
                skipped = marks.next - slices[index + 1].lowerBound
            } else if start < slice.upperBound {
                sentences.append(start..<slice.upperBound)
            }
        }
        return sentences
    }

    /// The end of closing marks that white space, dashes or the slice's end follow, and where the text goes on.
    private static func closingMarks(at slice: Range<Int>, _ text: Text) -> (end: Int, next: Int)? {
        let slice = text[slice]
        guard let end = slice.firstIndex(where: { !closing.contains($0) }) else {
            return slice.isEmpty ? nil : (slice.endIndex, slice.endIndex)
        }
        guard end > slice.startIndex else { return nil }
        if slice[end].isPythonSpace {
            return (end, slice[end...].firstIndex { !$0.isPythonSpace } ?? slice.endIndex)
        }
        return slice[end...].starts(with: ["-", "-"]) ? (end, end) : nil
    }

    private static let closing: Set<Unicode.Scalar> = Set("\"')]}‘’“”«»".unicodeScalars)
    private static let ending: Set<Unicode.Scalar> = closing.union(";*:@({[?!".unicodeScalars)
    private static let notBeginning: Set<Unicode.Scalar> = Set("(\"`{[:;&#*@)}]-,".unicodeScalars)

    private static func endsWords(_ scalar: Unicode.Scalar) -> Bool { ending.contains(scalar) }

    // MARK: Words

    private struct Word {
        var text: String
        /// In lower case, numbers all alike.
        var type: String
        var endsSentence = false
        var isAbbreviation = false
        var isEllipsis = false

        init(_ scalars: ArraySlice<Unicode.Scalar>) {
            text = String(String.UnicodeScalarView(scalars))
            let lower = text.lowercased()
            type = Word.number.replacing(in: lower, with: "##number##")
        }

        var first: Unicode.Scalar? { text.unicodeScalars.first }
        var hasStop: Bool { text.utf8.last == UInt8(ascii: ".") }
        var typeWithoutStop: String { type.utf8.count > 1 ? type.dropping(suffix: ".") : type }
        var typeAsWord: String { endsSentence ? typeWithoutStop : type }
        var beginsUpper: Bool { first?.properties.isUppercase == true }
        var beginsLower: Bool { first?.properties.isLowercase == true }
        /// A letter and a full stop.
        var isInitial: Bool {
            let scalars = text.unicodeScalars
            return scalars.count == 2 && hasStop && first.map { $0.isPythonWord && !$0.isPythonDigit } == true
        }

        private static let number = Expression(known: #"(?-m)^-?[.,]?\d[\d,.-]*\.?$"#)
    }

    private static func words(of line: ArraySlice<Unicode.Scalar>) -> [Word] {
        var words: [Word] = [], position = line.startIndex
        while position < line.endIndex {
            if line[position].isPythonSpace {
                position += 1
                continue
            }
            let end = dotsOrDashes(line, position) ?? endOfWord(line, position)
            words.append(Word(line[position..<end]))
            position = end
        }
        return words
    }

    private static func endOfWord(_ line: ArraySlice<Unicode.Scalar>, _ start: Int) -> Int {
        guard !notBeginning.contains(line[start]) else { return start + 1 }
        return (start + 1..<line.endIndex).first { position in
            if endsWord(line, position) { return true }
            guard line[position] == "," else { return false }
            return position + 1 == line.endIndex || endsWord(line, position + 1)
        } ?? line.endIndex
    }

    private static func endsWord(_ line: ArraySlice<Unicode.Scalar>, _ position: Int) -> Bool {
        line[position].isPythonSpace || endsWords(line[position]) || dotsOrDashes(line, position) != nil
    }

    /// The end of `--`, `..` or `. . .` and longer.
    private static func dotsOrDashes(_ line: ArraySlice<Unicode.Scalar>, _ start: Int) -> Int? {
        guard line[start] == "." || line[start] == "-" else { return nil }
        let end = line[start...].firstIndex { $0 != line[start] } ?? line.endIndex
        if end - start > 1 { return end }
        guard line[start] == "." else { return nil }
        var last = start
        while last + 2 < line.endIndex, line[last + 1].isPythonSpace, line[last + 2] == "." { last += 2 }
        return last >= start + 4 ? last + 1 : nil
    }

    // MARK: Decisions

    /// Whether a word that is not the last one ends a sentence.
    private func endsSentence(_ context: ArraySlice<Unicode.Scalar>) -> Bool {
        var words = context.split(separator: "\n").flatMap(Self.words)
        for index in words.indices { mark(&words[index]) }
        for index in words.indices.dropLast() { reconsider(&words[index], before: words[index + 1]) }
        return words.dropLast().contains(where: \.endsSentence)
    }

    private func mark(_ word: inout Word) {
        if [".", "?", "!"].contains(word.text) {
            word.endsSentence = true
        } else if word.text.utf8.count > 1, word.text.utf8.allSatisfy({ $0 == UInt8(ascii: ".") }) {
            word.isEllipsis = true
        } else if word.hasStop, !word.text.ends(with: "..") {
            let name = word.text.lowercased().dropping(suffix: ".")
            word.isAbbreviation =
                abbreviations.contains(name) || abbreviations.contains(name.pieces(separatedBy: "-").last ?? "")
            word.endsSentence = !word.isAbbreviation
        }
    }

    private func reconsider(_ word: inout Word, before next: Word) {
        guard word.hasStop else { return }
        let type = word.typeWithoutStop, nextType = next.typeAsWord
        if collocations.contains("\(type) \(nextType)") {
            word.endsSentence = false
            word.isAbbreviation = true
            return
        }
        let begins = beginsSentences(next)
        if word.isAbbreviation || word.isEllipsis, !word.isInitial,
            begins == true || next.beginsUpper && starters.contains(nextType)
        {
            word.endsSentence = true
            return
        }
        guard word.isInitial || type == "##number##" else { return }
        let isName = begins == nil && word.isInitial && next.beginsUpper && lowerCaseWords[nextType] == nil
        if begins == false || isName { word.endsSentence = false }
    }

    /// Whether such a word, written like this, begins a sentence; nil where that is open.
    private func beginsSentences(_ word: Word) -> Bool? {
        if [";", ":", ",", ".", "!", "?"].contains(word.text) { return false }
        let flags = lowerCaseWords[word.typeAsWord]
        if word.beginsUpper, let flags, flags & 1 == 0 { return true }
        if word.beginsLower, (flags ?? 0) & 2 == 0 { return false }
        return nil
    }
}
