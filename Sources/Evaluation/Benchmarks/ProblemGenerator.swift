/// Draws the problems that the built-in model was trained for, in the families, shares and wordings of its training
/// (`Sources/CBuiltinModel/training/problems.py`), but from a generator of another kind, whose seeds no training had.
struct ProblemGenerator {
    struct Problem: Equatable {
        var family: Family
        var question: String
        var answer: String
        /// Whether it is asked in Chinese.
        var isChinese = false
    }

    enum Family: String, CaseIterable {
        case sum, difference, product, quotient, comparison, equation, story, mixed, list, prime, parity

        /// How many of 106 problems are of the family.
        fileprivate var weight: Int {
            switch self {
            case .sum: 18
            case .difference: 16
            case .product: 22
            case .quotient: 9
            case .comparison, .story: 8
            case .equation: 7
            case .mixed, .list: 6
            case .prime: 4
            case .parity: 2
            }
        }
    }

    private static let names = ["Tom", "Anna", "Li Wei", "Sara", "Ben", "Maya", "Omar", "Eva", "Jack", "Nina"]
    private static let items = [
        "apples", "books", "coins", "pens", "cards", "stones", "eggs", "stamps", "cups", "keys",
    ]
    private static let wordings = [
        "What is {}?", "Calculate {}.", "{}", "{} = ?", "Compute {}.", "How much is {}?", "Please work out {}.",
        "what is {}", "Can you tell me what {} is?", "{}=",
    ]
    private static let chineseWordings = ["计算 {}", "{} 等于多少？", "{} 是多少？", "请计算 {}。", "求 {} 的值。"]

    private var random: SplitMix64

    init(seed: UInt64) {
        random = SplitMix64(seed: seed)
    }

    mutating func next() -> Problem {
        let drawn = draw(0...(Family.allCases.reduce(0) { $0 + $1.weight } - 1))
        var rest = drawn
        let family = Family.allCases.first { family in
            rest -= family.weight
            return rest < 0
        }!
        return worded(problem(of: family))
    }

    private mutating func problem(of family: Family) -> Problem {
        switch family {
        case .sum:
            let (a, b) = (number(), number())
            return Problem(family: family, question: "\(a) + \(b)", answer: "\(a + b)")
        case .difference:
            var (a, b) = (number(), number())
            if a < b, random.uniform() < 0.7 { swap(&a, &b) }
            return Problem(family: family, question: "\(a) - \(b)", answer: "\(a - b)")
        case .product:
            let (a, b) = (draw(2...pick([9, 99, 99, 999])), draw(2...pick([9, 99])))
            return Problem(family: family, question: "\(a) \(pick(["*", "x", "*"])) \(b)", answer: "\(a * b)")
        case .quotient:
            let (divisor, number) = (draw(2...9), draw(1...999))
            let (quotient, rest) = number.quotientAndRemainder(dividingBy: divisor)
            return Problem(
                family: family, question: "\(number) / \(divisor)",
                answer: rest == 0 ? "\(quotient)" : "\(quotient) remainder \(rest)")
        case .comparison: return comparison()
        case .equation: return equation()
        case .story: return story()
        case .mixed:
            let (a, b, c) = (draw(1...50), draw(2...12), draw(2...9))
            return random.uniform() < 0.5
                ? Problem(family: family, question: "\(a) + \(b) * \(c)", answer: "\(a + b * c)")
                : Problem(family: family, question: "(\(a) + \(b)) * \(c)", answer: "\((a + b) * c)")
        case .list: return list()
        case .prime:
            let number = draw(2...199)
            let isPrime = !(2..<number).contains { number % $0 == 0 }
            return Problem(
                family: family, question: "Is \(number) a prime number?", answer: isPrime ? "Yes" : "No")
        case .parity:
            let number = draw(0...9999)
            return Problem(
                family: family, question: "Is \(number) \(pick(["even or odd", "an even number"]))?",
                answer: number % 2 == 0 ? "even" : "odd")
        }
    }

    private mutating func comparison() -> Problem {
        var (a, b): (String, String)
        if random.uniform() < 0.7 {
            let whole = draw(0...20)
            (a, b) = ("\(whole).\(draw(0...9))", "\(whole).\(twoDigits(draw(0...99)))")
            if random.uniform() < 0.5 { swap(&a, &b) }
        } else {
            (a, b) = ("\(draw(0...30)).\(draw(0...99))", "\(draw(0...30)).\(draw(0...99))")
        }
        let wording = pick([
            "{} and {}, which is greater?", "Which is larger, {} or {}?", "Which number is bigger: {} or {}?",
        ])
        let parts = wording.split(separator: "{}", omittingEmptySubsequences: false)
        return Problem(
            family: .comparison, question: parts[0] + a + parts[1] + b + parts[2],
            answer: Self.hundredths(a) >= Self.hundredths(b) ? a : b)
    }

    private mutating func equation() -> Problem {
        let (factor, x, term) = (draw(1...9), draw(0...12), draw(1...20))
        let isMinus = random.uniform() < 0.4
        let left = (factor == 1 ? "x" : "\(factor)x") + (isMinus ? " - \(term)" : " + \(term)")
        let right = isMinus ? factor * x - term : factor * x + term
        let wording = pick(["Solve {}.", "Solve for x: {}", "Find x if {}."])
        return Problem(
            family: .equation, question: wording.replacing("{}", with: "\(left) = \(right)"), answer: "\(x)")
    }

    private mutating func story() -> Problem {
        let (name, item) = (pick(Self.names), pick(Self.items))
        switch draw(0...2) {
        case 0:
            let (a, b) = (draw(2...99), draw(2...99))
            return Problem(
                family: .story,
                question: "\(name) has \(a) \(item) and gets \(b) more. How many \(item) does \(name) have now?",
                answer: "\(a + b)")
        case 1:
            let a = draw(3...99)
            let b = draw(1...a)
            return Problem(
                family: .story, question: "\(name) has \(a) \(item) and gives away \(b). How many \(item) are left?",
                answer: "\(a - b)")
        default:
            let (a, b) = (draw(2...40), draw(2...9))
            return Problem(
                family: .story,
                question: "\(name) buys \(b) boxes with \(a) \(item) in each box. How many \(item) is that?",
                answer: "\(a * b)")
        }
    }

    private mutating func list() -> Problem {
        let values = (0..<draw(3...6)).map { _ in draw(0...99) }
        let shown = values.map(String.init).joined(separator: ", ")
        switch draw(0...3) {
        case 0:
            let wording = pick(["What is the largest of {}?", "Find the maximum of {}."])
            return Problem(family: .list, question: wording.replacing("{}", with: shown), answer: "\(values.max()!)")
        case 1:
            let wording = pick(["What is the smallest of {}?", "Find the minimum of {}."])
            return Problem(family: .list, question: wording.replacing("{}", with: shown), answer: "\(values.min()!)")
        case 2:
            return Problem(
                family: .list, question: "Sort \(shown) in ascending order.",
                answer: values.sorted().map(String.init).joined(separator: ", "))
        default:
            return Problem(
                family: .list, question: "What is the sum of \(shown)?", answer: "\(values.reduce(0, +))")
        }
    }

    /// A calculation in words; other problems stand as they are.
    private mutating func worded(_ problem: Problem) -> Problem {
        guard [.sum, .difference, .product, .quotient, .mixed].contains(problem.family) else { return problem }
        var (problem, text) = (problem, problem.question)
        func replaceOperators(_ word: String) {
            for sign in ["+", "-", "*", "x", "/"] { text.replace(" \(sign) ", with: word) }
        }
        if random.uniform() < 0.15 {
            let words: [Family: String] = [.sum: "加", .difference: "减", .product: "乘以", .quotient: "除以"]
            if let word = words[problem.family], random.uniform() < 0.5 { replaceOperators(word) }
            problem.isChinese = true
            problem.question = pick(Self.chineseWordings).replacing("{}", with: text)
            return problem
        }
        let words: [Family: String] = [.sum: " plus ", .difference: " minus ", .product: " times "]
        if let word = words[problem.family], random.uniform() < 0.15 {
            replaceOperators(word)
        } else if random.uniform() < 0.2 {
            text.replace(" ", with: "")
        }
        problem.question = pick(Self.wordings).replacing("{}", with: text)
        return problem
    }

    // MARK: Draws

    private mutating func draw(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }

    private mutating func pick<Element>(_ elements: [Element]) -> Element { elements[draw(0...(elements.count - 1))] }

    /// Of one to three digits.
    private mutating func number() -> Int { draw(0...(pick([10, 100, 1000]) - 1)) }

    private func twoDigits(_ value: Int) -> String { (value < 10 ? "0" : "") + String(value) }

    /// The value of `W.F` with one or two decimals, times 100.
    private static func hundredths(_ text: String) -> Int {
        let parts = text.split(separator: ".")
        let fraction = parts[1].count == 1 ? parts[1] + "0" : String(parts[1])[...]
        return Int(parts[0])! * 100 + Int(fraction)!
    }
}
