/// The rules of a model family that GGUF files only name; they are those of the family's tokenizer.json.
enum SplittingFamily: CaseIterable {
    case deepseekV3
    case qwen2
    case llama3

    /// What `tokenizer.ggml.pre` calls the family.
    var names: [String] {
        switch self {
        case .deepseekV3: ["deepseek-v3"]
        case .qwen2: ["deepseek-r1-qwen", "qwen2"]
        case .llama3: ["llama-bpe", "llama3", "llama-v3"]
        }
    }

    var normalizers: [Normalizer] {
        switch self {
        case .qwen2: [.unicode(.nfc)]
        case .deepseekV3, .llama3: []
        }
    }

    /// Applied one after the other, each to the pieces that the one before leaves.
    var expressions: [String] {
        switch self {
        case .deepseekV3:
            [
                #"\p{N}{1,3}"#, #"[\x{4E00}-\x{9FA5}\x{3040}-\x{309F}\x{30A0}-\x{30FF}]+"#,
                ##"[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+"##
                    + #"| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#,
            ]
        case .qwen2: [Self.words(numbers: #"\p{N}"#)]
        case .llama3: [Self.words(numbers: #"\p{N}{1,3}"#)]
        }
    }

    func preTokenizers() throws(PatternError) -> [PreTokenizer] {
        var steps: [PreTokenizer] = []
        for expression in expressions {
            steps.append(.split(try Pattern(oniguruma: expression), .isolated, isInverted: false))
        }
        return steps
    }

    private static func words(numbers: String) -> String {
        #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|"# + numbers
            + #"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
    }

    /// A piece that is a token is not merged.
    var ignoresMerges: Bool { self == .llama3 }

    var addsBegin: Bool { self == .llama3 }

    /// Whether a control token is `special` in tokenizer.json. llama.cpp's converter takes every added token that looks
    /// like one for a control token, and so loses which of them decoded text keeps.
    func isSpecial(_ token: String) -> Bool {
        switch token {
        case "<｜User｜>", "<｜Assistant｜>": return false
        case "<|EOT|>", "<|fim_prefix|>", "<|fim_middle|>", "<|fim_suffix|>", "<|fim_pad|>", "<|repo_name|>",
            "<|file_sep|>":
            return self != .qwen2
        default: return !token.hasPrefix("<｜tool▁") && !token.hasPrefix("<｜fim▁")
        }
    }
}
