internal import Glibc

/// Tells a text's language as langdetect does: naive Bayes over n-grams of one to three characters, drawn at random until
/// one language is certain, the mean of several such trials. langdetect draws anew on every call and so contradicts itself
/// now and then; here the draws are the same for every text, and more.
struct LanguageDetector: Sendable {
    static let shared = LanguageDetector()

    private struct Share {
        var language: UInt8
        /// Of all n-grams of this length in the language.
        var value: Double
    }

    private static let trials = 15
    private static let longestText = 10_000

    /// ISO 639-1 codes, `zh-cn` and `zh-tw`.
    let languages: [String]
    private let shares: [Gram: [Share]]
    /// Chinese characters that count as another, which is alike in frequency.
    private let representatives: [Unicode.Scalar: Unicode.Scalar]

    private init() {
        var model = TextModel.languages
        languages = model.line().split(separator: " ").map(String.init)
        var representatives: [Unicode.Scalar: Unicode.Scalar] = [:]
        for characters in model.line().split(separator: " ") {
            for scalar in characters.unicodeScalars { representatives[scalar] = characters.unicodeScalars.first }
        }
        self.representatives = representatives
        let words = model.words()
        let counts = Array(model.bytes(words.count))
        let total = counts.reduce(0) { $0 + Int($1) }
        let steps = Array(model.bytes(total)), levels = Array(model.bytes(total))
        var shares: [Gram: [Share]] = [:], entry = 0
        for (word, count) in zip(words, counts) {
            var language = -1
            shares[Gram(word[...])] = (0..<count).map { _ in
                defer { entry += 1 }
                language += Int(steps[entry])
                return Share(language: UInt8(language), value: exp2(Double(levels[entry]) / 8 - 17))
            }
        }
        self.shares = shares
    }

    /// The language's code, `unknown` where no language stands out; nil if the text has nothing to tell it by.
    func language(of text: String) -> String? {
        let grams = grams(of: Self.cleaned(text))
        guard !grams.isEmpty else { return nil }
        var generator = SplitMix64(seed: 0)
        var means = [Double](repeating: 0, count: languages.count)
        for _ in 0..<Self.trials {
            let smoothing = (0.5 + 0.05 * Self.gaussian(using: &generator)) / 10_000
            var likelihoods = [Double](repeating: 1 / Double(languages.count), count: languages.count)
            var step = 0
            repeat {
                for share in grams.randomElement(using: &generator) ?? [] {
                    likelihoods[Int(share.language)] *= 1 + share.value / smoothing
                }
                if step.isMultiple(of: 5) {
                    let sum = likelihoods.reduce(0, +)
                    for index in likelihoods.indices { likelihoods[index] /= sum }
                    if likelihoods.contains(where: { $0 > 0.99999 }) { break }
                }
                step += 1
            } while step <= 1000
            for index in means.indices { means[index] += likelihoods[index] / Double(Self.trials) }
        }
        guard let best = means.indices.max(by: { means[$0] < means[$1] }), means[best] > 0.1 else { return "unknown" }
        return languages[best]
    }

    /// The text without addresses; without Latin letters if it is mostly in another script.
    private static func cleaned(_ text: String) -> [Unicode.Scalar] {
        let withoutAddresses = mail.replacing(in: url.replacing(in: text, with: " "), with: " ")
        var kept: [Unicode.Scalar] = []
        var previous: Unicode.Scalar?
        for scalar in withoutAddresses.unicodeScalars.prefix(longestText) {
            if scalar != " " || previous != " " { kept.append(scalar) }
            previous = scalar
        }
        let isLatin = { (scalar: Unicode.Scalar) in ("A"..."z").contains(scalar) }
        let latin = kept.count(where: isLatin)
        let other = kept.count { $0.value >= 0x300 && !(0x1E00...0x1EFF).contains($0.value) }
        return 2 * latin < other ? kept.filter { !isLatin($0) } : kept
    }

    /// What is known of each n-gram that occurs: of words alone, with a space before and after, and not within capitals.
    private func grams(of text: [Unicode.Scalar]) -> [[Share]] {
        var found: [[Share]] = []
        var window: [Unicode.Scalar] = [" "]
        var isInCapitals = false
        for scalar in text.map(normalized) {
            let last = window[window.count - 1]
            if last == " " {
                window = [" "]
                isInCapitals = false
                if scalar == " " { continue }
            } else if window.count == 3 {
                window.removeFirst()
            }
            window.append(scalar)
            isInCapitals = [scalar].isPythonUpper && (isInCapitals || [last].isPythonUpper)
            if isInCapitals { continue }
            for length in 1...window.count where length > 1 || scalar != " " {
                if let known = shares[Gram(window.suffix(length))] { found.append(known) }
            }
        }
        return found
    }

    /// The character that stands for all of its kind.
    private func normalized(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        switch scalar.value {
        case 0..<0x80: scalar.properties.isAlphabetic ? scalar : " "
        case 0xA0, 0xAB, 0xB0, 0xBB, 0x2000...0x206F: " "
        case 0x219: "ş"
        case 0x21B: "ţ"
        case 0x6CC: "ي"
        case 0x1EA0...0x1EFF: "ể"
        case 0x3040...0x309F: "あ"
        case 0x30A0...0x30FF: "ア"
        case 0x3100...0x312F, 0x31A0...0x31BF: "ㄅ"
        case 0x4E00...0x9FFF: representatives[scalar] ?? scalar
        case 0xAC00...0xD7AF: "가"
        default: scalar
        }
    }

    private static func gaussian(using generator: inout SplitMix64) -> Double {
        (-2 * log(1 - generator.uniform())).squareRoot() * cos(2 * .pi * generator.uniform())
    }

    private static let url = Expression(known: "https?://[-_.?&~;+=/#0-9A-Za-z]{1,2076}")
    private static let mail = Expression(known: "[-_.0-9A-Za-z]{1,64}@[-_0-9A-Za-z]{1,255}[-_.0-9A-Za-z]{1,255}")
}

/// One to three Unicode scalars.
private struct Gram: Hashable {
    private var packed: UInt64

    init(_ scalars: ArraySlice<Unicode.Scalar>) {
        packed = scalars.reduce(0) { $0 << 21 | UInt64($1.value) }
    }
}
