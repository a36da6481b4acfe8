/// Python's string operations that several methods and filters share.
enum PythonText {
    static func upper(_ text: String) -> String {
        mapped(text) { $0.properties.uppercaseMapping }
    }

    static func lower(_ text: String) -> String {
        recased(text) { _ in .lower }
    }

    enum Case {
        case lower, upper, title
    }

    /// Maps each character to the case that `choose` wants, a capital sigma by its place in the word.
    static func recased(_ text: String, _ choose: (Unicode.Scalar) -> Case) -> String {
        guard text.unicodeScalars.contains("\u{3a3}") else { return mapped(text) { $0.mapping(to: choose($0)) } }
        let scalars = Array(text.unicodeScalars)
        var result = ""
        for (index, scalar) in scalars.enumerated() {
            let wanted = choose(scalar)
            if wanted == .lower, scalar == "\u{3a3}" {
                result += isFinalSigma(scalars, index) ? "ς" : "σ"
            } else {
                result += scalar.mapping(to: wanted)
            }
        }
        return result
    }

    /// A sigma is final after a cased letter and before none, case-ignorable characters aside.
    private static func isFinalSigma(_ scalars: [Unicode.Scalar], _ index: Int) -> Bool {
        let before = scalars[..<index].last { !$0.properties.isCaseIgnorable }
        let after = scalars[(index + 1)...].first { !$0.properties.isCaseIgnorable }
        return before?.properties.isCased == true && after?.properties.isCased != true
    }

    static func capitalize(_ text: String) -> String {
        guard let first = text.unicodeScalars.first else { return text }
        return first.properties.titlecaseMapping + lower(String(text.unicodeScalars.dropFirst()))
    }

    static func mapped(_ text: String, _ transform: (Unicode.Scalar) -> String) -> String {
        var result = ""
        result.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars { result += transform(scalar) }
        return result
    }

    enum Side {
        case left, right, both
    }

    /// `strip`, `lstrip` and `rstrip`; nil strips white space.
    static func strip(_ text: String, _ characters: String?, _ side: Side) -> String {
        let set = characters.map { Set($0.unicodeScalars) }
        func strips(_ scalar: Unicode.Scalar) -> Bool {
            set.map { $0.contains(scalar) } ?? scalar.isPythonSpace
        }
        var scalars = text.unicodeScalars[...]
        if side != .right { while let first = scalars.first, strips(first) { scalars.removeFirst() } }
        if side != .left { while let last = scalars.last, strips(last) { scalars.removeLast() } }
        return String(scalars)
    }

    /// `split(None)`: words between runs of white space, at most `limit` cuts; the rest keeps its trailing space.
    static func words(_ text: String, limit: Int = -1) -> [String] {
        var words: [String] = []
        var rest = text.unicodeScalars[...].drop { $0.isPythonSpace }
        while !rest.isEmpty {
            if limit >= 0, words.count == limit {
                words.append(String(rest))
                return words
            }
            let word = rest.prefix { !$0.isPythonSpace }
            words.append(String(word))
            rest = rest[word.endIndex...].drop { $0.isPythonSpace }
        }
        return words
    }

    /// `rsplit(None)`.
    static func wordsFromRight(_ text: String, limit: Int) -> [String] {
        guard limit >= 0 else { return words(text) }
        var words: [String] = []
        var rest = text.unicodeScalars[...]
        while true {
            while let last = rest.last, last.isPythonSpace { rest.removeLast() }
            guard !rest.isEmpty else { break }
            if words.count == limit {
                words.append(String(rest))
                break
            }
            var start = rest.endIndex
            while start > rest.startIndex, !rest[rest.index(before: start)].isPythonSpace {
                start = rest.index(before: start)
            }
            words.append(String(rest[start...]))
            rest = rest[..<start]
        }
        return words.reversed()
    }

    static func split(_ text: String, _ separator: String, limit: Int = -1) -> [String] {
        let bytes = Array(text.utf8)
        let cuts = TextSearch(separator).all(in: bytes, limit: limit < 0 ? .max : limit)
        return pieces(bytes, cuts, separator.utf8.count)
    }

    static func splitFromRight(_ text: String, _ separator: String, limit: Int) -> [String] {
        guard limit >= 0 else { return split(text, separator) }
        let bytes: [UInt8] = text.utf8.reversed()
        let reversed = TextSearch(reversedBytesOf: separator)
        let length = separator.utf8.count
        let cuts = reversed.all(in: bytes, limit: limit).map { bytes.count - $0 - length }
        return pieces(Array(text.utf8), cuts.reversed(), length)
    }

    private static func pieces(_ bytes: [UInt8], _ cuts: [Int], _ length: Int) -> [String] {
        var pieces: [String] = []
        var start = 0
        for cut in cuts {
            pieces.append(String(decoding: bytes[start..<cut], as: UTF8.self))
            start = cut + length
        }
        pieces.append(String(decoding: bytes[start...], as: UTF8.self))
        return pieces
    }

    static func lines(_ text: String, keepingEnds: Bool = false) -> [String] {
        var lines: [String] = []
        let scalars = Array(text.unicodeScalars)
        var start = 0
        var index = 0
        while index < scalars.count {
            guard scalars[index].isLineBoundary else {
                index += 1
                continue
            }
            let end = index
            index += scalars[index] == "\r" && index + 1 < scalars.count && scalars[index + 1] == "\n" ? 2 : 1
            lines.append(String(scalars[start..<(keepingEnds ? index : end)]))
            start = index
        }
        if start < scalars.count { lines.append(String(scalars[start...])) }
        return lines
    }

    /// `replace`; an empty `old` stands between all characters.
    static func replace(
        _ text: String, _ old: String, _ new: String, limit: Int, _ budget: Budget
    ) throws(TemplateError) -> String {
        let limit = limit < 0 ? Int.max : limit
        if old.isEmpty {
            let scalars = text.unicodeScalars
            try budget.allocate(Swift.min(scalars.count + 1, limit), times: new.utf8.count)
            try budget.allocate(text.utf8.count)
            var result = limit > 0 ? new : ""
            for (index, scalar) in scalars.enumerated() {
                result.unicodeScalars.append(scalar)
                if index + 1 < limit { result += new }
            }
            return result
        }
        let bytes = Array(text.utf8)
        let cuts = TextSearch(old).all(in: bytes, limit: limit)
        guard !cuts.isEmpty else { return text }
        try budget.allocate(bytes.count)
        try budget.allocate(cuts.count, times: new.utf8.count)
        var result: [UInt8] = []
        var start = 0
        for cut in cuts {
            result += bytes[start..<cut]
            result += new.utf8
            start = cut + old.utf8.count
        }
        result += bytes[start...]
        return String(decoding: result, as: UTF8.self)
    }

    enum Alignment {
        case left, right, center
    }

    /// Fills a text up to `width` code points; `center` puts the odd one where `str.center` does.
    static func pad(
        _ text: String, to width: Int, _ alignment: Alignment, with fill: Unicode.Scalar = " ", _ budget: Budget
    ) throws(TemplateError) -> String {
        let count = text.unicodeScalars.count
        guard width > count else { return text }
        try budget.allocate(width, times: 4)
        let missing = width - count
        let left: Int
        switch alignment {
        case .left: left = 0
        case .right: left = missing
        case .center: left = missing / 2 + (missing & width & 1)
        }
        func filling(_ count: Int) -> String { String(repeatElement(fill, count: count)) }
        return filling(left) + text + filling(missing - left)
    }

    static func escapeHTML(_ text: String) -> String {
        mapped(text) {
            switch $0 {
            case "&": "&amp;"
            case "<": "&lt;"
            case ">": "&gt;"
            case "'": "&#39;"
            case "\"": "&#34;"
            default: String($0)
            }
        }
    }
}

extension TextSearch {
    /// A search in reversed bytes.
    init(reversedBytesOf text: String) {
        self.init(bytes: text.utf8.reversed())
    }
}

extension Unicode.Scalar {
    fileprivate func mapping(to wanted: PythonText.Case) -> String {
        switch wanted {
        case .lower: properties.lowercaseMapping
        case .upper: properties.uppercaseMapping
        case .title: properties.titlecaseMapping
        }
    }
}
