extension Benchmark {
    /// All benchmarks in the order in which they are listed, those that need a judge without one.
    package static var all: [Benchmark] { all(judge: nil) }

    /// The benchmark of this name; nil if there is none.
    package static func named(_ name: String, judge: (any Judge)? = nil) -> Benchmark? {
        all(judge: judge).first { $0.name == name }
    }

    static func all(judge: (any Judge)?) -> [Benchmark] {
        [
            aime, math, cnmo, gsm8k, cmath, gpqa, mmlu, mmluRedux, mmluPro, cEval, cmmlu, clueWSC, drop, ifeval,
            simpleQA(judge: judge), chineseSimpleQA(judge: judge), custom(judge: judge),
        ]
    }
}
